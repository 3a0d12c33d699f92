-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__flexible_schedules as
-- Written by `python -m docs.generate` from the stream `flexible_schedules`.

select
    nullif(cast("id" as text), '') as flexible_schedule_id,
    nullif(cast("summary" as text), '') as flexible_schedule_name,
    nullif(cast("html_url" as text), '') as url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."flexible_schedules";
