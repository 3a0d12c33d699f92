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
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "name", cast(null as text) as "display_name", cast(null as text) as "description", cast(null as text) as "data_type", cast(null as text) as "field_type", cast(null as boolean) as "enabled", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as jsonb[]) as "field_options", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as service_custom_fields;
