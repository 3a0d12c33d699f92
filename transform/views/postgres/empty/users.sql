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
    from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "name", cast(null as text) as "email", cast(null as text) as "time_zone", cast(null as text) as "color", cast(null as text) as "role", cast(null as text) as "avatar_url", cast(null as text) as "description", cast(null as boolean) as "invitation_sent", cast(null as text) as "job_title", cast(null as boolean) as "created_via_sso", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "contact_methods", cast(null as jsonb[]) as "notification_rules", cast(null as text) as "http_cal_url", cast(null as text) as "web_cal_url", cast(null as boolean) as "billed", cast(null as text) as "locale", cast(null as jsonb[]) as "coordinated_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as users
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
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "name", cast(null as text) as "email", cast(null as text) as "time_zone", cast(null as text) as "color", cast(null as text) as "role", cast(null as text) as "avatar_url", cast(null as text) as "description", cast(null as boolean) as "invitation_sent", cast(null as text) as "job_title", cast(null as boolean) as "created_via_sso", cast(null as jsonb[]) as "teams", cast(null as jsonb[]) as "contact_methods", cast(null as jsonb[]) as "notification_rules", cast(null as text) as "http_cal_url", cast(null as text) as "web_cal_url", cast(null as boolean) as "billed", cast(null as text) as "locale", cast(null as jsonb[]) as "coordinated_incidents", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as users;
