-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__abilities as
-- Written by `python -m docs.generate` from the stream `abilities`.

select
    nullif(cast("name" as text), '') as ability,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."abilities";
