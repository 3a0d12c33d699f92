-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__licenses as
-- Written by `python -m docs.generate` from the stream `licenses`.

select
    nullif(cast("id" as text), '') as license_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as license_name,
    nullif(cast("description" as text), '') as description,
    nullif(array_to_string("valid_roles", ', '), '') as valid_roles,
    nullif(cast("role_group" as text), '') as role_group,
    cast("current_value" as bigint) as current_value,
    cast("allocations_available" as bigint) as allocations_available,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."licenses";
