-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__extension_services as
select
    extension_id,
    (each->>'id') as service_id,
    (each->>'summary') as service_name,
    position
from
  (
    select
      id as extension_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(extension_objects as json[])) as each,
      cast(generate_subscripts(cast(extension_objects as json[]), 1) as integer) as position
    from "pagerduty"."extensions"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__extensions as
-- Written by `python -m docs.generate` from the stream `extensions`.

select
    nullif(cast("id" as text), '') as extension_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as extension_name,
    nullif(cast("endpoint_url" as text), '') as endpoint_url,
    ("extension_schema"->>'id') as extension_schema_id,
    ("extension_schema"->>'summary') as extension_schema_name,
    "temporarily_disabled" as is_temporarily_disabled,
    "authorized" as is_authorized,
    nullif(cast("authorization_url" as text), '') as authorization_url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."extensions";
