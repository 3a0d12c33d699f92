-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__oncall_shifts as
-- Written by `python -m docs.generate` from the stream `oncall_shifts`.

select
    nullif(cast("id" as text), '') as oncall_shift_id,
    nullif(cast("escalation_policy_id" as text), '') as escalation_policy_id,
    nullif(cast("user_id" as text), '') as user_id,
    nullif(cast("schedule_id" as text), '') as schedule_id,
    cast("escalation_level" as bigint) as escalation_level,
    "start" as starts_at,
    "end" as ends_at,
    ("escalation_policy"->>'summary') as escalation_policy_name,
    ("user"->>'summary') as user_name,
    ("schedule"->>'summary') as schedule_name,
    replace(("schedule"->>'type'), '_reference', '') as schedule_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as text) as "escalation_policy_id", cast(null as text) as "user_id", cast(null as text) as "schedule_id", cast(null as bigint) as "escalation_level", cast(null as timestamp) as "start", cast(null as timestamp) as "end", cast(null as jsonb) as "escalation_policy", cast(null as jsonb) as "user", cast(null as jsonb) as "schedule", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as oncall_shifts;
