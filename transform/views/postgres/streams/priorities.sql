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
from "pagerduty"."priorities";
