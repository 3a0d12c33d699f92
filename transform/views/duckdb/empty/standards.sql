-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__standards as
-- Written by `python -m docs.generate` from the stream `standards`.

select
    nullif(cast("id" as text), '') as standard_id,
    nullif(cast("name" as text), '') as standard_name,
    nullif(cast("description" as text), '') as description,
    "active" as is_active,
    nullif(cast("resource_type" as text), '') as resource_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "name", cast(null as varchar) as "description", cast(null as boolean) as "active", cast(null as varchar) as "resource_type", cast(null as json) as "exclusions", cast(null as json) as "inclusions", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as standards;
