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
      unnest(cast(teams as json[])) as each,
      cast(generate_subscripts(cast(teams as json[]), 1) as integer) as position
    from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as varchar) as "name", cast(null as varchar) as "description", cast(null as bigint) as "auto_resolve_timeout", cast(null as bigint) as "acknowledgement_timeout", cast(null as timestamp) as "created_at", cast(null as varchar) as "status", cast(null as timestamp) as "last_incident_timestamp", cast(null as json) as "escalation_policy", cast(null as varchar) as "response_play", cast(null as json) as "teams", cast(null as json) as "integrations", cast(null as json) as "incident_urgency_rule", cast(null as json) as "support_hours", cast(null as json) as "scheduled_actions", cast(null as json) as "addons", cast(null as varchar) as "alert_creation", cast(null as json) as "alert_grouping_parameters", cast(null as varchar) as "alert_grouping", cast(null as bigint) as "alert_grouping_timeout", cast(null as json) as "auto_pause_notifications_parameters", cast(null as timestamp) as "updated_at", cast(null as json) as "metadata", cast(null as varchar) as "privilege", cast(null as varchar) as "service_key", cast(null as varchar) as "incident_policy", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as services
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
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as varchar) as "name", cast(null as varchar) as "description", cast(null as bigint) as "auto_resolve_timeout", cast(null as bigint) as "acknowledgement_timeout", cast(null as timestamp) as "created_at", cast(null as varchar) as "status", cast(null as timestamp) as "last_incident_timestamp", cast(null as json) as "escalation_policy", cast(null as varchar) as "response_play", cast(null as json) as "teams", cast(null as json) as "integrations", cast(null as json) as "incident_urgency_rule", cast(null as json) as "support_hours", cast(null as json) as "scheduled_actions", cast(null as json) as "addons", cast(null as varchar) as "alert_creation", cast(null as json) as "alert_grouping_parameters", cast(null as varchar) as "alert_grouping", cast(null as bigint) as "alert_grouping_timeout", cast(null as json) as "auto_pause_notifications_parameters", cast(null as timestamp) as "updated_at", cast(null as json) as "metadata", cast(null as varchar) as "privilege", cast(null as varchar) as "service_key", cast(null as varchar) as "incident_policy", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as services;
