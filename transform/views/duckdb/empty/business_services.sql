-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__business_services as
-- Written by `python -m docs.generate` from the stream `business_services`.

select
    nullif(cast("id" as text), '') as business_service_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as business_service_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("point_of_contact" as text), '') as point_of_contact,
    ("team"->>'id') as team_id,
    ("team"->>'summary') as team_name,
    nullif(cast("score" as text), '') as score,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as varchar) as "name", cast(null as varchar) as "description", cast(null as varchar) as "point_of_contact", cast(null as json) as "team", cast(null as varchar) as "score", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as business_services;
