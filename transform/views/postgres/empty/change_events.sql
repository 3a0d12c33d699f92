-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__change_event_links as
select
    change_event_id,
    (each->>'href') as link_url,
    (each->>'text') as link_text,
    position
from
  (
    select
      id as change_event_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(links) as each,
      cast(generate_subscripts(links, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as timestamp) as "timestamp", cast(null as jsonb[]) as "services", cast(null as jsonb) as "integration", cast(null as text) as "routing_key", cast(null as text) as "source", cast(null as jsonb[]) as "links", cast(null as jsonb[]) as "images", cast(null as jsonb) as "custom_details", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as change_events
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__change_event_services as
select
    change_event_id,
    changed_at,
    (each->>'id') as service_id,
    (each->>'summary') as service_name,
    position
from
  (
    select
      id as change_event_id,
      "timestamp" as changed_at,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(services) as each,
      cast(generate_subscripts(services, 1) as integer) as position
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as timestamp) as "timestamp", cast(null as jsonb[]) as "services", cast(null as jsonb) as "integration", cast(null as text) as "routing_key", cast(null as text) as "source", cast(null as jsonb[]) as "links", cast(null as jsonb[]) as "images", cast(null as jsonb) as "custom_details", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as change_events
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__change_events as
-- Written by `python -m docs.generate` from the stream `change_events`.

select
    nullif(cast("id" as text), '') as change_event_id,
    nullif(cast("summary" as text), '') as summary,
    nullif(cast("html_url" as text), '') as url,
    "timestamp" as changed_at,
    ("integration"->>'id') as integration_id,
    ("integration"->>'summary') as integration_name,
    nullif(cast("source" as text), '') as source,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as timestamp) as "timestamp", cast(null as jsonb[]) as "services", cast(null as jsonb) as "integration", cast(null as text) as "routing_key", cast(null as text) as "source", cast(null as jsonb[]) as "links", cast(null as jsonb[]) as "images", cast(null as jsonb) as "custom_details", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as change_events;
