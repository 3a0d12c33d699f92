-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__escalation_policy_teams as
select
    escalation_policy_id,
    (each->>'id') as team_id,
    (each->>'summary') as team_name,
    position
from
  (
    select
      id as escalation_policy_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(teams) as each,
      cast(generate_subscripts(teams, 1) as integer) as position
    from "pagerduty"."escalation_policies"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__escalation_rule_targets as
with outermost as (

    select
        escalation_policy_id,
        (each->>'id') as escalation_rule_id,
        position as escalation_level,
        array(select each from jsonb_array_elements(case jsonb_typeof(each->'targets') when 'array' then each->'targets' end) with ordinality as t(each, place) order by place) as inner_objects
    from
  (
    select
      id as escalation_policy_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(escalation_rules) as each,
      cast(generate_subscripts(escalation_rules, 1) as integer) as position
    from "pagerduty"."escalation_policies"
  )
 as exploded
    where not is_deleted

)

select
    escalation_policy_id,
    escalation_rule_id,
    escalation_level,
    (each->>'id') as target_id,
    (each->>'summary') as target_name,
    replace((each->>'type'), '_reference', '') as target_type,
    position
from
  (
    select
      escalation_policy_id,
      escalation_rule_id,
      escalation_level,
      unnest(inner_objects) as each,
      cast(generate_subscripts(inner_objects, 1) as integer) as position
    from outermost
  )
 as exploded;

create or replace view pagerduty_models.pagerduty__escalation_rules as
select
    escalation_policy_id,
    (each->>'id') as escalation_rule_id,
    position as escalation_level,
    cast((each->>'escalation_delay_in_minutes') as bigint) as escalation_delay_minutes
from
  (
    select
      id as escalation_policy_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(escalation_rules) as each,
      cast(generate_subscripts(escalation_rules, 1) as integer) as position
    from "pagerduty"."escalation_policies"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__escalation_policies as
-- Written by `python -m docs.generate` from the stream `escalation_policies`.

select
    nullif(cast("id" as text), '') as escalation_policy_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as escalation_policy_name,
    nullif(cast("description" as text), '') as description,
    cast("num_loops" as bigint) as num_loops,
    nullif(cast("on_call_handoff_notifications" as text), '') as on_call_handoff_notifications,
    "created_at" as created_at,
    "updated_at" as updated_at,
    nullif(cast("send_ochons_through_level" as text), '') as send_ochons_through_level,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."escalation_policies";
