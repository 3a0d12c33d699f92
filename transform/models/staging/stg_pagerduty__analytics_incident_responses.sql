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
from {{ pagerduty.stream('analytics_incident_responses') }}
