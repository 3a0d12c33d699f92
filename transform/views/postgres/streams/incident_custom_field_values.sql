-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__incident_custom_field_values as
-- Written by `python -m docs.generate` from the stream `incident_custom_field_values`.

select
    nullif(cast("incident_id" as text), '') as incident_id,
    nullif(cast("id" as text), '') as custom_field_id,
    nullif(cast("name" as text), '') as field_name,
    nullif(cast("display_name" as text), '') as display_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("data_type" as text), '') as data_type,
    nullif(cast("field_type" as text), '') as field_type,
    nullif(cast("value" as text), '') as value,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."incident_custom_field_values";
