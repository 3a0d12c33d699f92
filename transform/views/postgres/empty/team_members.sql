-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__team_members as
-- Written by `python -m docs.generate` from the stream `team_members`.

select
    nullif(cast("team_id" as text), '') as team_id,
    nullif(cast("user_id" as text), '') as user_id,
    ("user"->>'summary') as user_name,
    nullif(cast("role" as text), '') as role,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "team_id", cast(null as text) as "user_id", cast(null as jsonb) as "user", cast(null as text) as "role", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as team_members;
