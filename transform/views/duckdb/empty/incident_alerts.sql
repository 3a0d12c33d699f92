-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__incident_alerts as
-- Written by `python -m docs.generate` from the stream `incident_alerts`.

select
    nullif(cast("id" as text), '') as incident_alert_id,
    nullif(cast("summary" as text), '') as summary,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("incident_id" as text), '') as incident_id,
    "created_at" as created_at,
    "resolved_at" as resolved_at,
    nullif(cast("status" as text), '') as status,
    nullif(cast("alert_key" as text), '') as alert_key,
    nullif(cast("severity" as text), '') as severity,
    "suppressed" as is_suppressed,
    ("service"->>'id') as service_id,
    ("service"->>'summary') as service_name,
    ("first_trigger_log_entry"->>'id') as first_trigger_log_entry_id,
    ("first_trigger_log_entry"->>'summary') as first_trigger_log_entry_name,
    ("integration"->>'id') as integration_id,
    ("integration"->>'summary') as integration_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as varchar) as "incident_id", cast(null as timestamp) as "created_at", cast(null as timestamp) as "resolved_at", cast(null as varchar) as "status", cast(null as varchar) as "alert_key", cast(null as varchar) as "severity", cast(null as boolean) as "suppressed", cast(null as json) as "service", cast(null as json) as "first_trigger_log_entry", cast(null as json) as "incident", cast(null as json) as "integration", cast(null as json) as "body", cast(null as varchar) as "privilege", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incident_alerts;
