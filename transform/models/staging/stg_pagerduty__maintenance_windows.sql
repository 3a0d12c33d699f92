-- Written by `python -m docs.generate` from the stream `maintenance_windows`.

select
    nullif(cast("id" as text), '') as maintenance_window_id,
    nullif(cast("summary" as text), '') as maintenance_window_name,
    nullif(cast("html_url" as text), '') as url,
    cast("sequence_number" as bigint) as sequence_number,
    "start_time" as starts_at,
    "end_time" as ends_at,
    nullif(cast("description" as text), '') as description,
    {{ pagerduty.json_text('"created_by"', ['id']) }} as created_by_id,
    {{ pagerduty.json_text('"created_by"', ['summary']) }} as created_by_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('maintenance_windows') }}
