-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__service_custom_fields as
-- Written by `python -m docs.generate` from the stream `service_custom_fields`.

select
    nullif(cast("id" as text), '') as service_custom_field_id,
    nullif(cast("name" as text), '') as service_custom_field_name,
    nullif(cast("display_name" as text), '') as display_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("data_type" as text), '') as data_type,
    nullif(cast("field_type" as text), '') as field_type,
    "enabled" as is_enabled,
    "created_at" as created_at,
    "updated_at" as updated_at,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."service_custom_fields";
