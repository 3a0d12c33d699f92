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
    nullif(array_to_string("send_types", ', '), '') as send_types,
    nullif(cast("url" as text), '') as target_url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "key", cast(null as text) as "label", cast(null as text) as "description", cast(null as text) as "icon_url", cast(null as text) as "logo_url", cast(null as text) as "guide_url", cast(null as text[]) as "send_types", cast(null as text) as "url", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as extension_schemas;
