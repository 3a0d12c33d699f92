-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__maintenance_window_services as
select
    maintenance_window_id,
    (each->>'id') as service_id,
    (each->>'summary') as service_name,
    position
from
  (
    select
      id as maintenance_window_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(services as json[])) as each,
      cast(generate_subscripts(cast(services as json[]), 1) as integer) as position
    from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as bigint) as "sequence_number", cast(null as timestamp) as "start_time", cast(null as timestamp) as "end_time", cast(null as varchar) as "description", cast(null as json) as "created_by", cast(null as json) as "services", cast(null as json) as "teams", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as maintenance_windows
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__maintenance_windows as
-- Written by `python -m docs.generate` from the stream `maintenance_windows`.

select
    nullif(cast("id" as text), '') as maintenance_window_id,
    nullif(cast("summary" as text), '') as maintenance_window_name,
    nullif(cast("html_url" as text), '') as url,
    cast("sequence_number" as bigint) as sequence_number,
    "start_time" as starts_at,
    "end_time" as ends_at,
    nullif(cast("description" as text), '') as description,
    ("created_by"->>'id') as created_by_id,
    ("created_by"->>'summary') as created_by_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as bigint) as "sequence_number", cast(null as timestamp) as "start_time", cast(null as timestamp) as "end_time", cast(null as varchar) as "description", cast(null as json) as "created_by", cast(null as json) as "services", cast(null as json) as "teams", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as maintenance_windows;
