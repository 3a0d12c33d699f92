-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__extension_schemas as
-- Written by `python -m docs.generate` from the stream `extension_schemas`.

select
    nullif(cast("id" as text), '') as extension_schema_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("key" as text), '') as key,
    nullif(cast("label" as text), '') as extension_schema_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("guide_url" as text), '') as guide_url,
    nullif(array_to_string(cast("send_types" as varchar[]), ', '), '') as send_types,
    nullif(cast("url" as text), '') as target_url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."extension_schemas";
