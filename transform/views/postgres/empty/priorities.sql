-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__priorities as
-- Written by `python -m docs.generate` from the stream `priorities`.

select
    nullif(cast("id" as text), '') as priority_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as priority_name,
    nullif(cast("description" as text), '') as description,
    cast("order" as bigint) as priority_order,
    nullif(cast("color" as text), '') as color,
    "created_at" as created_at,
    "updated_at" as updated_at,
    nullif(cast("account_id" as text), '') as account_id,
    cast("schema_version" as bigint) as schema_version,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "name", cast(null as text) as "description", cast(null as bigint) as "order", cast(null as text) as "color", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as text) as "account_id", cast(null as bigint) as "schema_version", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as priorities;
