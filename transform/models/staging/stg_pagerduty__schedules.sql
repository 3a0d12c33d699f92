-- Written by `python -m docs.generate` from the stream `schedules`.

select
    nullif(cast("id" as text), '') as schedule_id,
    nullif(cast("type" as text), '') as schedule_type,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as schedule_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("time_zone" as text), '') as time_zone,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('schedules') }}
