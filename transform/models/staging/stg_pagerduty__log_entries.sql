-- Written by `python -m docs.generate` from the stream `log_entries`.

select
    nullif(cast("id" as text), '') as log_entry_id,
    nullif(cast("type" as text), '') as entry_type,
    nullif(cast("summary" as text), '') as summary,
    nullif(cast("html_url" as text), '') as url,
    "created_at" as created_at,
    {{ pagerduty.json_text('"channel"', ['type']) }} as channel_type,
    {{ pagerduty.json_text('"channel"', ['notification', 'id']) }} as notification_id,
    {{ pagerduty.json_text('"channel"', ['notification', 'type']) }} as notification_type,
    cast({{ pagerduty.json_text('"channel"', ['notification', 'started_at']) }} as timestamp) as notification_started_at,
    {{ pagerduty.json_text('"channel"', ['notification', 'status']) }} as notification_status,
    cast({{ pagerduty.json_text('"channel"', ['duration']) }} as bigint) as snooze_seconds,
    {{ pagerduty.json_text('"agent"', ['id']) }} as agent_id,
    {{ pagerduty.json_text('"agent"', ['summary']) }} as agent_name,
    replace({{ pagerduty.json_text('"agent"', ['type']) }}, '_reference', '') as agent_type,
    nullif(cast("note" as text), '') as note,
    {{ pagerduty.json_text('"service"', ['id']) }} as service_id,
    {{ pagerduty.json_text('"service"', ['summary']) }} as service_name,
    {{ pagerduty.json_text('"incident"', ['id']) }} as incident_id,
    cast("acknowledgement_timeout" as bigint) as acknowledgement_timeout,
    {{ pagerduty.json_text('"user"', ['id']) }} as notified_user_id,
    {{ pagerduty.json_text('"user"', ['summary']) }} as notified_user_name,
    {{ pagerduty.json_text('"linked_incident"', ['id']) }} as linked_incident_id,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('log_entries') }}
