-- Written by `python -m docs.generate` from the stream `audit_records`.

select
    nullif(cast("id" as text), '') as audit_record_id,
    "execution_time" as executed_at,
    {{ pagerduty.json_text('"execution_context"', ['request_id']) }} as request_id,
    {{ pagerduty.json_text('"execution_context"', ['remote_address']) }} as remote_address,
    {{ pagerduty.json_text('"method"', ['type']) }} as method_type,
    {{ pagerduty.json_text('"method"', ['truncated_token']) }} as method_truncated_token,
    {{ pagerduty.json_text('"method"', ['description']) }} as method_description,
    {{ pagerduty.json_text('"root_resource"', ['id']) }} as root_resource_id,
    {{ pagerduty.json_text('"root_resource"', ['summary']) }} as root_resource_name,
    replace({{ pagerduty.json_text('"root_resource"', ['type']) }}, '_reference', '') as root_resource_type,
    nullif(cast("action" as text), '') as action,
    {{ pagerduty.json_text('"details"', ['resource', 'id']) }} as resource_id,
    {{ pagerduty.json_text('"details"', ['resource', 'summary']) }} as resource_name,
    replace({{ pagerduty.json_text('"details"', ['resource', 'type']) }}, '_reference', '') as resource_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('audit_records') }}
