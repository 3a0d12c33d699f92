-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__service_teams as
select
    service_id,
    (each->>'id') as team_id,
    (each->>'summary') as team_name,
    position
from
  (
    select
      id as service_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(teams) as each,
      cast(generate_subscripts(teams, 1) as integer) as position
    from "pagerduty"."services"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__services as
-- Written by `python -m docs.generate` from the stream `services`.

select
    nullif(cast("id" as text), '') as service_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as service_name,
    nullif(cast("description" as text), '') as description,
    cast("auto_resolve_timeout" as bigint) as auto_resolve_timeout,
    cast("acknowledgement_timeout" as bigint) as acknowledgement_timeout,
    "created_at" as created_at,
    nullif(cast("status" as text), '') as status,
    "last_incident_timestamp" as last_incident_at,
    ("escalation_policy"->>'id') as escalation_policy_id,
    ("escalation_policy"->>'summary') as escalation_policy_name,
    ("incident_urgency_rule"->>'type') as urgency_rule_type,
    ("incident_urgency_rule"->>'urgency') as urgency_rule_urgency,
    ("alert_grouping_parameters"->>'id') as alert_grouping_setting_id,
    cast(("auto_pause_notifications_parameters"->>'enabled') as boolean) as is_auto_pause_enabled,
    cast(("auto_pause_notifications_parameters"->>'timeout') as bigint) as auto_pause_timeout,
    cast(("auto_pause_notifications_parameters"->>'recommended_timeout') as bigint) as auto_pause_recommended_timeout,
    "updated_at" as updated_at,
    cast("metadata" as text) as metadata,
    nullif(cast("privilege" as text), '') as privilege,
    nullif(cast("service_key" as text), '') as service_key,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."services";
