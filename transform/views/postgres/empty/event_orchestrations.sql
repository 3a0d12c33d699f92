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
from (select cast(null as text) as "id", cast(null as text) as "self", cast(null as text) as "name", cast(null as text) as "description", cast(null as jsonb) as "team", cast(null as bigint) as "routes", cast(null as timestamp) as "created_at", cast(null as jsonb) as "created_by", cast(null as timestamp) as "updated_at", cast(null as jsonb) as "updated_by", cast(null as text) as "version", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as event_orchestrations;
