-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__standards as
-- Written by `python -m docs.generate` from the stream `standards`.

select
    nullif(cast("id" as text), '') as standard_id,
    nullif(cast("name" as text), '') as standard_name,
    nullif(cast("description" as text), '') as description,
    "active" as is_active,
    nullif(cast("resource_type" as text), '') as resource_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."standards";
