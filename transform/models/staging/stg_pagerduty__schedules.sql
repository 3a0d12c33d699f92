-- Written by `python -m docs.generate` from the stream `schedules`.

select
    cast("id" as text) as schedule_id,
    cast("type" as text) as schedule_type,
    cast("html_url" as text) as url,
    cast("name" as text) as schedule_name,
    cast("description" as text) as description,
    cast("time_zone" as text) as time_zone,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('schedules') }}
