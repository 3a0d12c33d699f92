-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__audit_record_actors as
select
    audit_record_id,
    executed_at,
    (each->>'id') as actor_id,
    (each->>'summary') as actor_name,
    replace((each->>'type'), '_reference', '') as actor_type,
    position
from
  (
    select
      id as audit_record_id,
      execution_time as executed_at,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(actors as json[])) as each,
      cast(generate_subscripts(cast(actors as json[]), 1) as integer) as position
    from (select cast(null as varchar) as "id", cast(null as varchar) as "self", cast(null as timestamp) as "execution_time", cast(null as json) as "execution_context", cast(null as json) as "actors", cast(null as json) as "method", cast(null as json) as "root_resource", cast(null as varchar) as "action", cast(null as json) as "details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as audit_records
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__audit_record_fields as
with records as (

    select
        id as audit_record_id,
        execution_time as executed_at,
        cast(details->'fields' as json[]) as fields
    from (select cast(null as varchar) as "id", cast(null as varchar) as "self", cast(null as timestamp) as "execution_time", cast(null as json) as "execution_context", cast(null as json) as "actors", cast(null as json) as "method", cast(null as json) as "root_resource", cast(null as varchar) as "action", cast(null as json) as "details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as audit_records

)

select
    audit_record_id,
    executed_at,
    (each->>'name') as field_name,
    (each->>'before_value') as value_before,
    (each->>'value') as value_after,
    position
from
  (
    select
      audit_record_id,
      executed_at,
      unnest(fields) as each,
      cast(generate_subscripts(fields, 1) as integer) as position
    from records
  )
 as exploded;

create or replace view pagerduty_models.pagerduty__audit_record_references as
with records as (

    select
        id as audit_record_id,
        execution_time as executed_at,
        cast(details->'references' as json[]) as links
    from (select cast(null as varchar) as "id", cast(null as varchar) as "self", cast(null as timestamp) as "execution_time", cast(null as json) as "execution_context", cast(null as json) as "actors", cast(null as json) as "method", cast(null as json) as "root_resource", cast(null as varchar) as "action", cast(null as json) as "details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as audit_records

), links as (

    select
        audit_record_id,
        executed_at,
        (each->>'name') as link_name,
        cast(each->'added' as json[]) as added,
        cast(each->'removed' as json[]) as removed
    from
  (
    select
      audit_record_id,
      executed_at,
      unnest(links) as each,
      cast(generate_subscripts(links, 1) as integer) as position
    from records
  )
 as exploded

)

select
    audit_record_id,
    executed_at,
    link_name,
    'added' as change,
    (each->>'id') as resource_id,
    (each->>'summary') as resource_name,
    replace((each->>'type'), '_reference', '') as resource_type
from
  (
    select
      audit_record_id,
      executed_at,
      link_name,
      unnest(added) as each,
      cast(generate_subscripts(added, 1) as integer) as position
    from links
  )
 as exploded
union all

select
    audit_record_id,
    executed_at,
    link_name,
    'removed' as change,
    (each->>'id') as resource_id,
    (each->>'summary') as resource_name,
    replace((each->>'type'), '_reference', '') as resource_type
from
  (
    select
      audit_record_id,
      executed_at,
      link_name,
      unnest(removed) as each,
      cast(generate_subscripts(removed, 1) as integer) as position
    from links
  )
 as exploded;

create or replace view pagerduty_models.stg_pagerduty__audit_records as
-- Written by `python -m docs.generate` from the stream `audit_records`.

select
    nullif(cast("id" as text), '') as audit_record_id,
    "execution_time" as executed_at,
    ("execution_context"->>'request_id') as request_id,
    ("execution_context"->>'remote_address') as remote_address,
    ("method"->>'type') as method_type,
    ("method"->>'truncated_token') as method_truncated_token,
    ("method"->>'description') as method_description,
    ("root_resource"->>'id') as root_resource_id,
    ("root_resource"->>'summary') as root_resource_name,
    replace(("root_resource"->>'type'), '_reference', '') as root_resource_type,
    nullif(cast("action" as text), '') as action,
    ("details"->'resource'->>'id') as resource_id,
    ("details"->'resource'->>'summary') as resource_name,
    replace(("details"->'resource'->>'type'), '_reference', '') as resource_type,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "self", cast(null as timestamp) as "execution_time", cast(null as json) as "execution_context", cast(null as json) as "actors", cast(null as json) as "method", cast(null as json) as "root_resource", cast(null as varchar) as "action", cast(null as json) as "details", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as audit_records;
