-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__vendors as
-- Written by `python -m docs.generate` from the stream `vendors`.

select
    nullif(cast("id" as text), '') as vendor_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as vendor_name,
    nullif(cast("website_url" as text), '') as website_url,
    nullif(cast("description" as text), '') as description,
    nullif(cast("integration_guide_url" as text), '') as integration_guide_url,
    nullif(cast("long_name" as text), '') as long_name,
    nullif(cast("generic_service_type" as text), '') as generic_service_type,
    nullif(cast("developer_name" as text), '') as developer_name,
    nullif(cast("support_email" as text), '') as support_email,
    nullif(cast("support_portal" as text), '') as support_portal,
    nullif(cast("documentation_url" as text), '') as documentation_url,
    nullif(cast("alert_creation_default" as text), '') as alert_creation_default,
    nullif(cast("integration_type" as text), '') as integration_type,
    "connectable" as is_connectable,
    "alert_creation_editable" as is_alert_creation_editable,
    "is_pd_cef" as is_pd_cef,
    "is_pd_change_event" as is_pd_change_event,
    "emits_change_events" as is_emits_change_events,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as varchar) as "name", cast(null as varchar) as "website_url", cast(null as varchar) as "logo_url", cast(null as varchar) as "thumbnail_url", cast(null as varchar) as "description", cast(null as varchar) as "integration_guide_url", cast(null as varchar) as "long_name", cast(null as varchar) as "generic_service_type", cast(null as varchar) as "developer_name", cast(null as varchar) as "support_email", cast(null as varchar) as "support_portal", cast(null as varchar) as "documentation_url", cast(null as varchar) as "alert_creation_default", cast(null as varchar) as "integration_type", cast(null as boolean) as "connectable", cast(null as boolean) as "alert_creation_editable", cast(null as boolean) as "is_pd_cef", cast(null as boolean) as "is_pd_change_event", cast(null as boolean) as "emits_change_events", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as vendors;
