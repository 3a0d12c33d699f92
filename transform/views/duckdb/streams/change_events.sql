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
    from "pagerduty"."change_events"
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
    from "pagerduty"."change_events"
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
from "pagerduty"."change_events";
