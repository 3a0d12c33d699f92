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
from {{ pagerduty.stream('vendors') }}
