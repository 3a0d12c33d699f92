-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__business_service_dependencies as
-- Written by `python -m docs.generate` from the stream `business_service_dependencies`.

select
    nullif(cast("business_service_id" as text), '') as business_service_id,
    nullif(cast("id" as text), '') as business_service_dependency_id,
    nullif(cast("type" as text), '') as business_service_dependency_type,
    nullif(cast("supporting_service_id" as text), '') as supporting_service_id,
    nullif(cast("dependent_service_id" as text), '') as dependent_service_id,
    ("supporting_service"->>'summary') as supporting_service_name,
    replace(("supporting_service"->>'type'), '_reference', '') as supporting_service_type,
    ("dependent_service"->>'summary') as dependent_service_name,
    replace(("dependent_service"->>'type'), '_reference', '') as dependent_service_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."business_service_dependencies";
