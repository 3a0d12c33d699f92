-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__incident_acknowledgements as
select
    incident_id,
    (each->'acknowledger'->>'id') as acknowledger_id,
    (each->'acknowledger'->>'summary') as acknowledger_name,
    replace((each->'acknowledger'->>'type'), '_reference', '') as acknowledger_type,
    cast((each->>'at') as timestamp) as acknowledged_at,
    position
from
  (
    select
      id as incident_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(acknowledgements) as each,
      cast(generate_subscripts(acknowledgements, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as bigint) as "incident_number", cast(null as text) as "title", cast(null as text) as "description", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "status", cast(null as text) as "incident_key", cast(null as jsonb) as "service", cast(null as jsonb[]) as "assignments", cast(null as text) as "assigned_via", cast(null as timestamp) as "last_status_change_at", cast(null as timestamp) as "resolved_at", cast(null as jsonb) as "first_trigger_log_entry", cast(null as jsonb) as "alert_counts", cast(null as boolean) as "is_mergeable", cast(null as jsonb) as "incident_type", cast(null as jsonb) as "escalation_policy", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "pending_actions", cast(null as jsonb[]) as "acknowledgements", cast(null as jsonb) as "alert_grouping", cast(null as text) as "basic_alert_grouping", cast(null as jsonb) as "last_status_change_by", cast(null as jsonb) as "priority", cast(null as jsonb) as "resolve_reason", cast(null as jsonb) as "conference_bridge", cast(null as jsonb[]) as "incidents_responders", cast(null as jsonb[]) as "responder_requests", cast(null as text) as "urgency", cast(null as jsonb) as "body", cast(null as jsonb[]) as "subscriber_requests", cast(null as text) as "alert_hash", cast(null as jsonb[]) as "external_references", cast(null as text) as "importance", cast(null as text) as "occurrence", cast(null as jsonb) as "metadata", cast(null as text) as "privilege", cast(null as jsonb[]) as "impacted_services", cast(null as jsonb[]) as "linked_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incidents
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__incident_assignments as
select
    incident_id,
    (each->'assignee'->>'id') as user_id,
    (each->'assignee'->>'summary') as user_name,
    cast((each->>'at') as timestamp) as assigned_at,
    position
from
  (
    select
      id as incident_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(assignments) as each,
      cast(generate_subscripts(assignments, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as bigint) as "incident_number", cast(null as text) as "title", cast(null as text) as "description", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "status", cast(null as text) as "incident_key", cast(null as jsonb) as "service", cast(null as jsonb[]) as "assignments", cast(null as text) as "assigned_via", cast(null as timestamp) as "last_status_change_at", cast(null as timestamp) as "resolved_at", cast(null as jsonb) as "first_trigger_log_entry", cast(null as jsonb) as "alert_counts", cast(null as boolean) as "is_mergeable", cast(null as jsonb) as "incident_type", cast(null as jsonb) as "escalation_policy", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "pending_actions", cast(null as jsonb[]) as "acknowledgements", cast(null as jsonb) as "alert_grouping", cast(null as text) as "basic_alert_grouping", cast(null as jsonb) as "last_status_change_by", cast(null as jsonb) as "priority", cast(null as jsonb) as "resolve_reason", cast(null as jsonb) as "conference_bridge", cast(null as jsonb[]) as "incidents_responders", cast(null as jsonb[]) as "responder_requests", cast(null as text) as "urgency", cast(null as jsonb) as "body", cast(null as jsonb[]) as "subscriber_requests", cast(null as text) as "alert_hash", cast(null as jsonb[]) as "external_references", cast(null as text) as "importance", cast(null as text) as "occurrence", cast(null as jsonb) as "metadata", cast(null as text) as "privilege", cast(null as jsonb[]) as "impacted_services", cast(null as jsonb[]) as "linked_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incidents
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__incident_pending_actions as
select
    incident_id,
    (each->>'type') as action,
    cast((each->>'at') as timestamp) as due_at,
    (each->>'to') as to_urgency,
    position
from
  (
    select
      id as incident_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(pending_actions) as each,
      cast(generate_subscripts(pending_actions, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as bigint) as "incident_number", cast(null as text) as "title", cast(null as text) as "description", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "status", cast(null as text) as "incident_key", cast(null as jsonb) as "service", cast(null as jsonb[]) as "assignments", cast(null as text) as "assigned_via", cast(null as timestamp) as "last_status_change_at", cast(null as timestamp) as "resolved_at", cast(null as jsonb) as "first_trigger_log_entry", cast(null as jsonb) as "alert_counts", cast(null as boolean) as "is_mergeable", cast(null as jsonb) as "incident_type", cast(null as jsonb) as "escalation_policy", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "pending_actions", cast(null as jsonb[]) as "acknowledgements", cast(null as jsonb) as "alert_grouping", cast(null as text) as "basic_alert_grouping", cast(null as jsonb) as "last_status_change_by", cast(null as jsonb) as "priority", cast(null as jsonb) as "resolve_reason", cast(null as jsonb) as "conference_bridge", cast(null as jsonb[]) as "incidents_responders", cast(null as jsonb[]) as "responder_requests", cast(null as text) as "urgency", cast(null as jsonb) as "body", cast(null as jsonb[]) as "subscriber_requests", cast(null as text) as "alert_hash", cast(null as jsonb[]) as "external_references", cast(null as text) as "importance", cast(null as text) as "occurrence", cast(null as jsonb) as "metadata", cast(null as text) as "privilege", cast(null as jsonb[]) as "impacted_services", cast(null as jsonb[]) as "linked_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incidents
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__incident_responders as
select
    incident_id,
    (each->'user'->>'id') as user_id,
    (each->'user'->>'summary') as user_name,
    (each->>'state') as state,
    cast((each->>'requested_at') as timestamp) as requested_at,
    cast((each->>'updated_at') as timestamp) as updated_at,
    (each->'requester'->>'id') as requester_id,
    (each->'requester'->>'summary') as requester_name,
    (each->>'message') as message,
    position
from
  (
    select
      id as incident_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(incidents_responders) as each,
      cast(generate_subscripts(incidents_responders, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as bigint) as "incident_number", cast(null as text) as "title", cast(null as text) as "description", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "status", cast(null as text) as "incident_key", cast(null as jsonb) as "service", cast(null as jsonb[]) as "assignments", cast(null as text) as "assigned_via", cast(null as timestamp) as "last_status_change_at", cast(null as timestamp) as "resolved_at", cast(null as jsonb) as "first_trigger_log_entry", cast(null as jsonb) as "alert_counts", cast(null as boolean) as "is_mergeable", cast(null as jsonb) as "incident_type", cast(null as jsonb) as "escalation_policy", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "pending_actions", cast(null as jsonb[]) as "acknowledgements", cast(null as jsonb) as "alert_grouping", cast(null as text) as "basic_alert_grouping", cast(null as jsonb) as "last_status_change_by", cast(null as jsonb) as "priority", cast(null as jsonb) as "resolve_reason", cast(null as jsonb) as "conference_bridge", cast(null as jsonb[]) as "incidents_responders", cast(null as jsonb[]) as "responder_requests", cast(null as text) as "urgency", cast(null as jsonb) as "body", cast(null as jsonb[]) as "subscriber_requests", cast(null as text) as "alert_hash", cast(null as jsonb[]) as "external_references", cast(null as text) as "importance", cast(null as text) as "occurrence", cast(null as jsonb) as "metadata", cast(null as text) as "privilege", cast(null as jsonb[]) as "impacted_services", cast(null as jsonb[]) as "linked_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incidents
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__incident_teams as
select
    incident_id,
    (each->>'id') as team_id,
    (each->>'summary') as team_name,
    position
from
  (
    select
      id as incident_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(teams) as each,
      cast(generate_subscripts(teams, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as bigint) as "incident_number", cast(null as text) as "title", cast(null as text) as "description", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "status", cast(null as text) as "incident_key", cast(null as jsonb) as "service", cast(null as jsonb[]) as "assignments", cast(null as text) as "assigned_via", cast(null as timestamp) as "last_status_change_at", cast(null as timestamp) as "resolved_at", cast(null as jsonb) as "first_trigger_log_entry", cast(null as jsonb) as "alert_counts", cast(null as boolean) as "is_mergeable", cast(null as jsonb) as "incident_type", cast(null as jsonb) as "escalation_policy", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "pending_actions", cast(null as jsonb[]) as "acknowledgements", cast(null as jsonb) as "alert_grouping", cast(null as text) as "basic_alert_grouping", cast(null as jsonb) as "last_status_change_by", cast(null as jsonb) as "priority", cast(null as jsonb) as "resolve_reason", cast(null as jsonb) as "conference_bridge", cast(null as jsonb[]) as "incidents_responders", cast(null as jsonb[]) as "responder_requests", cast(null as text) as "urgency", cast(null as jsonb) as "body", cast(null as jsonb[]) as "subscriber_requests", cast(null as text) as "alert_hash", cast(null as jsonb[]) as "external_references", cast(null as text) as "importance", cast(null as text) as "occurrence", cast(null as jsonb) as "metadata", cast(null as text) as "privilege", cast(null as jsonb[]) as "impacted_services", cast(null as jsonb[]) as "linked_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incidents
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__incidents as
-- Written by `python -m docs.generate` from the stream `incidents`.

select
    nullif(cast("id" as text), '') as incident_id,
    nullif(cast("html_url" as text), '') as url,
    cast("incident_number" as bigint) as incident_number,
    nullif(cast("title" as text), '') as title,
    "created_at" as created_at,
    "updated_at" as updated_at,
    nullif(cast("status" as text), '') as status,
    ("service"->>'id') as service_id,
    ("service"->>'summary') as service_name,
    nullif(cast("assigned_via" as text), '') as assigned_via,
    "last_status_change_at" as last_status_change_at,
    "resolved_at" as resolved_at,
    ("first_trigger_log_entry"->>'id') as first_trigger_log_entry_id,
    cast(("alert_counts"->>'triggered') as bigint) as open_alert_count,
    cast(("alert_counts"->>'resolved') as bigint) as resolved_alert_count,
    cast(("alert_counts"->>'all') as bigint) as alert_count,
    ("incident_type"->>'name') as incident_type,
    ("escalation_policy"->>'id') as escalation_policy_id,
    ("escalation_policy"->>'summary') as escalation_policy_name,
    ("last_status_change_by"->>'id') as last_status_change_by_id,
    ("last_status_change_by"->>'summary') as last_status_change_by_name,
    replace(("last_status_change_by"->>'type'), '_reference', '') as last_status_change_by_type,
    ("priority"->>'id') as priority_id,
    ("priority"->>'summary') as priority_name,
    ("priority"->>'description') as priority_description,
    cast(("priority"->>'order') as bigint) as priority_order,
    ("priority"->>'color') as priority_color,
    cast(("priority"->>'created_at') as timestamp) as priority_created_at,
    cast(("priority"->>'updated_at') as timestamp) as priority_updated_at,
    ("priority"->>'account_id') as priority_account_id,
    cast(("priority"->>'schema_version') as bigint) as priority_schema_version,
    ("resolve_reason"->>'type') as resolve_reason,
    ("resolve_reason"->'incident'->>'id') as merged_into_incident_id,
    ("conference_bridge"->>'conference_number') as conference_number,
    ("conference_bridge"->>'conference_url') as conference_url,
    nullif(cast("urgency" as text), '') as urgency,
    nullif(cast("importance" as text), '') as importance,
    nullif(cast("occurrence" as text), '') as occurrence,
    cast("metadata" as text) as metadata,
    nullif(cast("privilege" as text), '') as privilege,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as bigint) as "incident_number", cast(null as text) as "title", cast(null as text) as "description", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "status", cast(null as text) as "incident_key", cast(null as jsonb) as "service", cast(null as jsonb[]) as "assignments", cast(null as text) as "assigned_via", cast(null as timestamp) as "last_status_change_at", cast(null as timestamp) as "resolved_at", cast(null as jsonb) as "first_trigger_log_entry", cast(null as jsonb) as "alert_counts", cast(null as boolean) as "is_mergeable", cast(null as jsonb) as "incident_type", cast(null as jsonb) as "escalation_policy", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "pending_actions", cast(null as jsonb[]) as "acknowledgements", cast(null as jsonb) as "alert_grouping", cast(null as text) as "basic_alert_grouping", cast(null as jsonb) as "last_status_change_by", cast(null as jsonb) as "priority", cast(null as jsonb) as "resolve_reason", cast(null as jsonb) as "conference_bridge", cast(null as jsonb[]) as "incidents_responders", cast(null as jsonb[]) as "responder_requests", cast(null as text) as "urgency", cast(null as jsonb) as "body", cast(null as jsonb[]) as "subscriber_requests", cast(null as text) as "alert_hash", cast(null as jsonb[]) as "external_references", cast(null as text) as "importance", cast(null as text) as "occurrence", cast(null as jsonb) as "metadata", cast(null as text) as "privilege", cast(null as jsonb[]) as "impacted_services", cast(null as jsonb[]) as "linked_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incidents;
