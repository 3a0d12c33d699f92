-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__license_allocations as
-- Written by `python -m docs.generate` from the stream `license_allocations`.

select
    nullif(cast("user_id" as text), '') as user_id,
    nullif(cast("license_id" as text), '') as license_id,
    "allocated_at" as allocated_at,
    ("user"->>'summary') as user_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "user_id", cast(null as text) as "license_id", cast(null as timestamp) as "allocated_at", cast(null as jsonb) as "user", cast(null as jsonb) as "license", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as license_allocations;
