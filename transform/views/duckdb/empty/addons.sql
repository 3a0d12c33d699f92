-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__addons as
-- Written by `python -m docs.generate` from the stream `addons`.

select
    nullif(cast("id" as text), '') as addon_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as addon_name,
    nullif(cast("src" as text), '') as src,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as varchar) as "name", cast(null as varchar) as "src", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as addons;
