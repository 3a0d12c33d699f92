-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__user_teams as
select
    user_id,
    (each->>'id') as team_id,
    (each->>'summary') as team_name,
    position
from
  (
    select
      id as user_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(teams) as each,
      cast(generate_subscripts(teams, 1) as integer) as position
    from "pagerduty"."users"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__users as
-- Written by `python -m docs.generate` from the stream `users`.

select
    nullif(cast("id" as text), '') as user_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as user_name,
    nullif(cast("email" as text), '') as email,
    nullif(cast("time_zone" as text), '') as time_zone,
    nullif(cast("role" as text), '') as role,
    "invitation_sent" as is_invitation_sent,
    nullif(cast("job_title" as text), '') as job_title,
    "created_via_sso" as is_created_via_sso,
    "billed" as is_billed,
    nullif(cast("locale" as text), '') as locale,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."users";
