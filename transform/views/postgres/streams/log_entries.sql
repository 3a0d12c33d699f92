-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__log_entry_assignees as
select
    log_entry_id,
    incident_id,
    assigned_at,
    (each->>'id') as user_id,
    (each->>'summary') as user_name,
    position
from
  (
    select
      id as log_entry_id,
      (incident->>'id') as incident_id,
      created_at as assigned_at,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(assignees) as each,
      cast(generate_subscripts(assignees, 1) as integer) as position
    from "pagerduty"."log_entries"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__log_entry_teams as
select
    log_entry_id,
    created_at,
    (each->>'id') as team_id,
    (each->>'summary') as team_name,
    position
from
  (
    select
      id as log_entry_id,
      created_at as created_at,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(teams) as each,
      cast(generate_subscripts(teams, 1) as integer) as position
    from "pagerduty"."log_entries"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__log_entries as
-- Written by `python -m docs.generate` from the stream `log_entries`.

select
    nullif(cast("id" as text), '') as log_entry_id,
    nullif(cast("type" as text), '') as entry_type,
    nullif(cast("summary" as text), '') as summary,
    nullif(cast("html_url" as text), '') as url,
    "created_at" as created_at,
    ("channel"->>'type') as channel_type,
    ("channel"->'notification'->>'id') as notification_id,
    ("channel"->'notification'->>'type') as notification_type,
    cast(("channel"->'notification'->>'started_at') as timestamp) as notification_started_at,
    ("channel"->'notification'->>'status') as notification_status,
    ("channel"->'cef_details'->>'client') as channel_cef_details_client,
    ("channel"->'cef_details'->>'client_url') as channel_cef_details_client_url,
    ("channel"->'cef_details'->>'contexts') as channel_cef_details_contexts,
    cast(("channel"->'cef_details'->>'creation_time') as timestamp) as channel_cef_details_creation_time,
    ("channel"->'cef_details'->>'dedup_key') as channel_cef_details_dedup_key,
    ("channel"->'cef_details'->>'description') as channel_cef_details_description,
    ("channel"->'cef_details'->>'details') as channel_cef_details_details,
    ("channel"->'cef_details'->>'event_class') as channel_cef_details_event_class,
    ("channel"->'cef_details'->>'message') as channel_cef_details_message,
    ("channel"->'cef_details'->>'mutations') as channel_cef_details_mutations,
    ("channel"->'cef_details'->>'priority') as channel_cef_details_priority,
    ("channel"->'cef_details'->>'reporter') as channel_cef_details_reporter,
    ("channel"->'cef_details'->>'service_group') as channel_cef_details_service_group,
    ("channel"->'cef_details'->>'severity') as channel_cef_details_severity,
    ("channel"->'cef_details'->>'source_component') as channel_cef_details_source_component,
    ("channel"->'cef_details'->>'source_origin') as channel_cef_details_source_origin,
    ("channel"->>'old_title') as channel_old_title,
    ("channel"->>'new_title') as channel_new_title,
    ("channel"->>'urgency') as channel_urgency,
    ("channel"->>'source_type') as channel_source_type,
    ("channel"->>'source_id') as channel_source_id,
    ("channel"->>'source_node_id') as channel_source_node_id,
    cast(("channel"->>'details_omitted') as boolean) as channel_is_details_omitted,
    cast(("channel"->>'body_omitted') as boolean) as channel_is_body_omitted,
    cast(("channel"->>'duration') as bigint) as snooze_seconds,
    ("agent"->>'id') as agent_id,
    ("agent"->>'summary') as agent_name,
    replace(("agent"->>'type'), '_reference', '') as agent_type,
    nullif(cast("note" as text), '') as note,
    ("service"->>'id') as service_id,
    ("service"->>'summary') as service_name,
    ("incident"->>'id') as incident_id,
    cast("acknowledgement_timeout" as bigint) as acknowledgement_timeout,
    ("user"->>'id') as notified_user_id,
    ("user"->>'summary') as notified_user_name,
    ("responder"->>'id') as responder_id,
    ("responder"->>'summary') as responder_name,
    nullif(cast("channels" as text), '') as channels,
    ("event_rule_action"->>'source_type') as event_rule_action_source_type,
    ("linked_incident"->>'id') as linked_incident_id,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."log_entries";
