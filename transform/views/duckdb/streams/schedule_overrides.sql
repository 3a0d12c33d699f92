-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__schedule_overrides as
-- Written by `python -m docs.generate` from the stream `schedule_overrides`.

select
    nullif(cast("schedule_id" as text), '') as schedule_id,
    nullif(cast("id" as text), '') as schedule_override_id,
    nullif(cast("type" as text), '') as schedule_override_type,
    nullif(cast("summary" as text), '') as schedule_override_name,
    nullif(cast("html_url" as text), '') as url,
    "start" as starts_at,
    "end" as ends_at,
    ("user"->>'id') as user_id,
    ("user"->>'summary') as user_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."schedule_overrides";
