-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__incident_related_change_events as
-- Written by `python -m docs.generate` from the stream `incident_related_change_events`.

select
    nullif(cast("incident_id" as text), '') as incident_id,
    nullif(cast("id" as text), '') as change_event_id,
    nullif(cast("summary" as text), '') as summary,
    nullif(cast("html_url" as text), '') as url,
    "timestamp" as changed_at,
    ("integration"->>'id') as integration_id,
    ("integration"->>'summary') as integration_name,
    nullif(cast("source" as text), '') as source,
    ("correlation_reason"->>'reason') as correlation_reason,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."incident_related_change_events";
