-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__account_counts as
-- Written by `python -m docs.generate` from the stream `account_counts`.

select
    nullif(cast("stream" as text), '') as stream,
    nullif(cast("period" as text), '') as period,
    "since" as since,
    "until" as until,
    cast("records" as bigint) as records,
    "counted_at" as counted_at,
    "run_started_at" as run_started_at,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."account_counts";
