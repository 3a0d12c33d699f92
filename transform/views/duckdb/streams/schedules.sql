-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__schedule_layer_restrictions as
with outermost as (

    select
        schedule_id,
        (each->>'id') as schedule_layer_id,
        (each->>'name') as schedule_layer_name,
        cast(each->'restrictions' as json[]) as inner_objects
    from
  (
    select
      id as schedule_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(schedule_layers as json[])) as each,
      cast(generate_subscripts(cast(schedule_layers as json[]), 1) as integer) as position
    from "pagerduty"."schedules"
  )
 as exploded
    where not is_deleted

)

select
    schedule_id,
    schedule_layer_id,
    schedule_layer_name,
    (each->>'type') as restriction_type,
    (each->>'start_time_of_day') as start_time_of_day,
    cast((each->>'start_day_of_week') as bigint) as start_day_of_week,
    cast((each->>'duration_seconds') as bigint) as duration_seconds,
    position
from
  (
    select
      schedule_id,
      schedule_layer_id,
      schedule_layer_name,
      unnest(inner_objects) as each,
      cast(generate_subscripts(inner_objects, 1) as integer) as position
    from outermost
  )
 as exploded;

create or replace view pagerduty_models.pagerduty__schedule_layer_users as
with outermost as (

    select
        schedule_id,
        (each->>'id') as schedule_layer_id,
        (each->>'name') as schedule_layer_name,
        cast(each->'users' as json[]) as inner_objects
    from
  (
    select
      id as schedule_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(schedule_layers as json[])) as each,
      cast(generate_subscripts(cast(schedule_layers as json[]), 1) as integer) as position
    from "pagerduty"."schedules"
  )
 as exploded
    where not is_deleted

)

select
    schedule_id,
    schedule_layer_id,
    schedule_layer_name,
    (each->'user'->>'id') as user_id,
    (each->'user'->>'summary') as user_name,
    position
from
  (
    select
      schedule_id,
      schedule_layer_id,
      schedule_layer_name,
      unnest(inner_objects) as each,
      cast(generate_subscripts(inner_objects, 1) as integer) as position
    from outermost
  )
 as exploded;

create or replace view pagerduty_models.pagerduty__schedule_layers as
select
    schedule_id,
    (each->>'id') as schedule_layer_id,
    (each->>'name') as schedule_layer_name,
    cast((each->>'start') as timestamp) as starts_at,
    cast((each->>'end') as timestamp) as ends_at,
    cast((each->>'rotation_virtual_start') as timestamp) as rotation_starts_at,
    cast((each->>'rotation_turn_length_seconds') as bigint) as rotation_turn_seconds,
    position
from
  (
    select
      id as schedule_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(schedule_layers as json[])) as each,
      cast(generate_subscripts(cast(schedule_layers as json[]), 1) as integer) as position
    from "pagerduty"."schedules"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__schedule_teams as
select
    schedule_id,
    (each->>'id') as team_id,
    (each->>'summary') as team_name,
    position
from
  (
    select
      id as schedule_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(teams as json[])) as each,
      cast(generate_subscripts(cast(teams as json[]), 1) as integer) as position
    from "pagerduty"."schedules"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.pagerduty__schedule_users as
select
    schedule_id,
    (each->>'id') as user_id,
    (each->>'summary') as user_name,
    position
from
  (
    select
      id as schedule_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(cast(users as json[])) as each,
      cast(generate_subscripts(cast(users as json[]), 1) as integer) as position
    from "pagerduty"."schedules"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__schedules as
-- Written by `python -m docs.generate` from the stream `schedules`.

select
    nullif(cast("id" as text), '') as schedule_id,
    nullif(cast("type" as text), '') as schedule_type,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as schedule_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("time_zone" as text), '') as time_zone,
    nullif(cast("http_cal_url" as text), '') as http_cal_url,
    nullif(cast("web_cal_url" as text), '') as web_cal_url,
    nullif(cast("personal_http_cal_url" as text), '') as personal_http_cal_url,
    nullif(cast("personal_web_cal_url" as text), '') as personal_web_cal_url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."schedules";
