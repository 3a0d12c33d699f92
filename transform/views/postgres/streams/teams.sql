-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__teams as
-- Written by `python -m docs.generate` from the stream `teams`.

select
    nullif(cast("id" as text), '') as team_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as team_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("default_role" as text), '') as default_role,
    ("parent"->>'id') as parent_id,
    ("parent"->>'summary') as parent_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."teams";
