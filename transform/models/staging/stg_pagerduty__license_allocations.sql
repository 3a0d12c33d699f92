-- Written by `python -m docs.generate` from the stream `license_allocations`.

select
    nullif(cast("user_id" as text), '') as user_id,
    nullif(cast("license_id" as text), '') as license_id,
    "allocated_at" as allocated_at,
    {{ pagerduty.json_text('"user"', ['summary']) }} as user_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('license_allocations') }}
