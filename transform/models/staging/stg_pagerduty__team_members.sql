-- Written by `python -m docs.generate` from the stream `team_members`.

select
    nullif(cast("team_id" as text), '') as team_id,
    nullif(cast("user_id" as text), '') as user_id,
    {{ pagerduty.json_text('"user"', ['summary']) }} as user_name,
    nullif(cast("role" as text), '') as role,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('team_members') }}
