-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__incident_types as
-- Written by `python -m docs.generate` from the stream `incident_types`.

select
    nullif(cast("id" as text), '') as incident_type_id,
    nullif(cast("name" as text), '') as incident_type_name,
    nullif(cast("display_name" as text), '') as display_name,
    nullif(cast("description" as text), '') as description,
    "enabled" as is_enabled,
    ("parent"->>'id') as parent_id,
    "created_at" as created_at,
    "updated_at" as updated_at,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "name", cast(null as varchar) as "display_name", cast(null as varchar) as "description", cast(null as boolean) as "enabled", cast(null as json) as "parent", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incident_types;
