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
      unnest(extension_objects) as each,
      cast(generate_subscripts(extension_objects, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "name", cast(null as text) as "endpoint_url", cast(null as jsonb[]) as "extension_objects", cast(null as jsonb) as "extension_schema", cast(null as boolean) as "temporarily_disabled", cast(null as jsonb) as "config", cast(null as boolean) as "authorized", cast(null as text) as "authorization_url", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as extensions
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
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "name", cast(null as text) as "endpoint_url", cast(null as jsonb[]) as "extension_objects", cast(null as jsonb) as "extension_schema", cast(null as boolean) as "temporarily_disabled", cast(null as jsonb) as "config", cast(null as boolean) as "authorized", cast(null as text) as "authorization_url", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as extensions;
