-- Written by `python -m docs.generate` from the stream `incident_alerts`.

select
    cast("id" as text) as incident_alert_id,
    cast("summary" as text) as summary,
    cast("html_url" as text) as url,
    cast("incident_id" as text) as incident_id,
    "created_at" as created_at,
    "resolved_at" as resolved_at,
    cast("status" as text) as status,
    cast("alert_key" as text) as alert_key,
    cast("severity" as text) as severity,
    "suppressed" as is_suppressed,
    {{ pagerduty.json_text('"service"', ['id']) }} as service_id,
    {{ pagerduty.json_text('"service"', ['summary']) }} as service_name,
    {{ pagerduty.json_text('"first_trigger_log_entry"', ['id']) }} as first_trigger_log_entry_id,
    {{ pagerduty.json_text('"first_trigger_log_entry"', ['summary']) }} as first_trigger_log_entry_name,
    {{ pagerduty.json_text('"integration"', ['id']) }} as integration_id,
    {{ pagerduty.json_text('"integration"', ['summary']) }} as integration_name,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('incident_alerts') }}
