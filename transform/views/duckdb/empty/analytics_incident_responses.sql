-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__analytics_incident_responses as
-- Written by `python -m docs.generate` from the stream `analytics_incident_responses`.

select
    nullif(cast("incident_id" as text), '') as incident_id,
    nullif(cast("responder_id" as text), '') as responder_id,
    "requested_at" as requested_at,
    "responded_at" as responded_at,
    cast("time_to_respond_seconds" as bigint) as time_to_respond_seconds,
    nullif(cast("responder_name" as text), '') as responder_name,
    nullif(cast("responder_type" as text), '') as responder_type,
    nullif(cast("response_status" as text), '') as response_status,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "incident_id", cast(null as varchar) as "responder_id", cast(null as timestamp) as "requested_at", cast(null as timestamp) as "responded_at", cast(null as bigint) as "time_to_respond_seconds", cast(null as varchar) as "responder_name", cast(null as varchar) as "responder_type", cast(null as varchar) as "response_status", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as analytics_incident_responses;
