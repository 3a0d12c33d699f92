-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__incident_types as
-- Written by `python -m docs.generate` from the stream `incident_types`.

select
    nullif(cast("id" as text), '') as incident_type_id,
    nullif(cast("name" as text), '') as incident_type_name,
    nullif(cast("display_name" as text), '') as display_name,
    nullif(cast("description" as text), '') as description,
    "enabled" as is_enabled,
    ("parent"->>'id') as parent_id,
    "created_at" as created_at,
    "updated_at" as updated_at,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."incident_types";
