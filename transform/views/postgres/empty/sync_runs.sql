-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__sync_runs as
-- Written by `python -m docs.generate` from the stream `sync_runs`.

select
    nullif(cast("run_id" as text), '') as run_id,
    nullif(cast("stream" as text), '') as stream,
    "run_started_at" as run_started_at,
    "run_ended_at" as run_ended_at,
    "started_at" as started_at,
    "ended_at" as ended_at,
    nullif(cast("outcome" as text), '') as outcome,
    nullif(cast("reason" as text), '') as reason,
    cast("records" as bigint) as records,
    cast("requests" as bigint) as requests,
    cast("refusals" as bigint) as refusals,
    cast("retries" as bigint) as retries,
    cast("windows" as bigint) as windows,
    "bookmark_before" as bookmark_before,
    "bookmark_after" as bookmark_after,
    "is_first_load" as is_first_load,
    nullif(cast("tap_version" as text), '') as tap_version,
    nullif(cast("subdomain" as text), '') as subdomain,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "run_id", cast(null as text) as "stream", cast(null as timestamp) as "run_started_at", cast(null as timestamp) as "run_ended_at", cast(null as timestamp) as "started_at", cast(null as timestamp) as "ended_at", cast(null as text) as "outcome", cast(null as text) as "reason", cast(null as bigint) as "records", cast(null as bigint) as "requests", cast(null as bigint) as "refusals", cast(null as bigint) as "retries", cast(null as bigint) as "windows", cast(null as timestamp) as "bookmark_before", cast(null as timestamp) as "bookmark_after", cast(null as boolean) as "is_first_load", cast(null as text) as "tap_version", cast(null as text) as "subdomain", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as sync_runs;
