-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__event_orchestrations as
-- Written by `python -m docs.generate` from the stream `event_orchestrations`.

select
    nullif(cast("id" as text), '') as event_orchestration_id,
    nullif(cast("name" as text), '') as event_orchestration_name,
    nullif(cast("description" as text), '') as description,
    ("team"->>'id') as team_id,
    ("team"->>'summary') as team_name,
    cast("routes" as bigint) as routes,
    "created_at" as created_at,
    ("created_by"->>'id') as created_by_id,
    ("created_by"->>'summary') as created_by_name,
    "updated_at" as updated_at,
    ("updated_by"->>'id') as updated_by_id,
    ("updated_by"->>'summary') as updated_by_name,
    nullif(cast("version" as text), '') as version,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."event_orchestrations";
