-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__analytics_responder_metrics as
-- Written by `python -m docs.generate` from the stream `analytics_responder_metrics`.

select
    nullif(cast("id" as text), '') as analytics_responder_metric_id,
    "range_start" as range_start,
    "range_end" as range_end,
    nullif(cast("responder_id" as text), '') as responder_id,
    nullif(cast("responder_name" as text), '') as responder_name,
    nullif(cast("team_id" as text), '') as team_id,
    nullif(cast("team_name" as text), '') as team_name,
    cast("total_incident_count" as bigint) as total_incident_count,
    cast("total_incidents_acknowledged" as bigint) as total_incidents_acknowledged,
    cast("total_incidents_reassigned_from" as bigint) as total_incidents_reassigned_from,
    cast("total_incidents_reassigned_to" as bigint) as total_incidents_reassigned_to,
    cast("total_incidents_manual_escalated_from" as bigint) as total_incidents_manual_escalated_from,
    cast("total_incidents_manual_escalated_to" as bigint) as total_incidents_manual_escalated_to,
    cast("total_incidents_timeout_escalated_from" as bigint) as total_incidents_timeout_escalated_from,
    cast("total_incidents_timeout_escalated_to" as bigint) as total_incidents_timeout_escalated_to,
    cast("mean_time_to_acknowledge_seconds" as double precision) as mean_time_to_acknowledge_seconds,
    cast("mean_engaged_seconds" as double precision) as mean_engaged_seconds,
    cast("total_engaged_seconds" as bigint) as total_engaged_seconds,
    cast("total_notifications" as bigint) as total_notifications,
    cast("total_interruptions" as bigint) as total_interruptions,
    cast("total_business_hour_interruptions" as bigint) as total_business_hour_interruptions,
    cast("total_off_hour_interruptions" as bigint) as total_off_hour_interruptions,
    cast("total_sleep_hour_interruptions" as bigint) as total_sleep_hour_interruptions,
    cast("total_seconds_on_call" as bigint) as total_seconds_on_call,
    cast("total_seconds_on_call_level_1" as bigint) as total_seconds_on_call_level_1,
    cast("total_seconds_on_call_level_2_plus" as bigint) as total_seconds_on_call_level_2_plus,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as timestamp) as "range_start", cast(null as timestamp) as "range_end", cast(null as text) as "responder_id", cast(null as text) as "responder_name", cast(null as text) as "team_id", cast(null as text) as "team_name", cast(null as bigint) as "total_incident_count", cast(null as bigint) as "total_incidents_acknowledged", cast(null as bigint) as "total_incidents_reassigned_from", cast(null as bigint) as "total_incidents_reassigned_to", cast(null as bigint) as "total_incidents_manual_escalated_from", cast(null as bigint) as "total_incidents_manual_escalated_to", cast(null as bigint) as "total_incidents_timeout_escalated_from", cast(null as bigint) as "total_incidents_timeout_escalated_to", cast(null as numeric) as "mean_time_to_acknowledge_seconds", cast(null as numeric) as "mean_engaged_seconds", cast(null as bigint) as "total_engaged_seconds", cast(null as bigint) as "total_notifications", cast(null as bigint) as "total_interruptions", cast(null as bigint) as "total_business_hour_interruptions", cast(null as bigint) as "total_off_hour_interruptions", cast(null as bigint) as "total_sleep_hour_interruptions", cast(null as bigint) as "total_seconds_on_call", cast(null as bigint) as "total_seconds_on_call_level_1", cast(null as bigint) as "total_seconds_on_call_level_2_plus", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as analytics_responder_metrics;
