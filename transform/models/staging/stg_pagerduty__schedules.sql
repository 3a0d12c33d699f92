-- Written by `python -m docs.generate` from the stream `schedules`.

select
    nullif(cast("id" as text), '') as schedule_id,
    nullif(cast("type" as text), '') as schedule_type,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as schedule_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("time_zone" as text), '') as time_zone,
    nullif(cast("http_cal_url" as text), '') as http_cal_url,
    nullif(cast("web_cal_url" as text), '') as web_cal_url,
    nullif(cast("personal_http_cal_url" as text), '') as personal_http_cal_url,
    nullif(cast("personal_web_cal_url" as text), '') as personal_web_cal_url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('schedules') }}
