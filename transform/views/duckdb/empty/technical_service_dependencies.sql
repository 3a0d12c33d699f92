-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__technical_service_dependencies as
-- Written by `python -m docs.generate` from the stream `technical_service_dependencies`.

select
    nullif(cast("service_id" as text), '') as service_id,
    nullif(cast("id" as text), '') as technical_service_dependency_id,
    nullif(cast("supporting_service_id" as text), '') as supporting_service_id,
    nullif(cast("dependent_service_id" as text), '') as dependent_service_id,
    ("supporting_service"->>'summary') as supporting_service_name,
    replace(("supporting_service"->>'type'), '_reference', '') as supporting_service_type,
    ("dependent_service"->>'summary') as dependent_service_name,
    replace(("dependent_service"->>'type'), '_reference', '') as dependent_service_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "service_id", cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "supporting_service_id", cast(null as varchar) as "dependent_service_id", cast(null as json) as "supporting_service", cast(null as json) as "dependent_service", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as technical_service_dependencies;
