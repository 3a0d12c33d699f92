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
      unnest(cast(links as json[])) as each,
      cast(generate_subscripts(cast(links as json[]), 1) as integer) as position
    from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as timestamp) as "timestamp", cast(null as json) as "services", cast(null as json) as "integration", cast(null as varchar) as "routing_key", cast(null as varchar) as "source", cast(null as json) as "links", cast(null as json) as "images", cast(null as json) as "custom_details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as change_events
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
      unnest(cast(services as json[])) as each,
      cast(generate_subscripts(cast(services as json[]), 1) as integer) as position
    from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as timestamp) as "timestamp", cast(null as json) as "services", cast(null as json) as "integration", cast(null as varchar) as "routing_key", cast(null as varchar) as "source", cast(null as json) as "links", cast(null as json) as "images", cast(null as json) as "custom_details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as change_events
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
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as varchar) as "summary", cast(null as varchar) as "self", cast(null as varchar) as "html_url", cast(null as timestamp) as "timestamp", cast(null as json) as "services", cast(null as json) as "integration", cast(null as varchar) as "routing_key", cast(null as varchar) as "source", cast(null as json) as "links", cast(null as json) as "images", cast(null as json) as "custom_details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as change_events;
