-- Written by `python -m docs.generate` from the stream `notifications`.

select
    nullif(cast("id" as text), '') as notification_id,
    nullif(cast("type" as text), '') as notification_type,
    "started_at" as started_at,
    nullif(cast("address" as text), '') as address,
    {{ pagerduty.json_text('"user"', ['id']) }} as user_id,
    {{ pagerduty.json_text('"user"', ['summary']) }} as user_name,
    nullif(cast("status" as text), '') as status,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('notifications') }}
