-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty__alert_grouping_setting_services as
select
    alert_grouping_setting_id,
    (each->>'id') as service_id,
    (each->>'summary') as service_name,
    position
from
  (
    select
      id as alert_grouping_setting_id,
      (_sdc_deleted_at is not null) as is_deleted,
      unnest(services) as each,
      cast(generate_subscripts(services, 1) as integer) as position
    from "pagerduty"."alert_grouping_settings"
  )
 as exploded
where not is_deleted;

create or replace view pagerduty_models.stg_pagerduty__alert_grouping_settings as
-- Written by `python -m docs.generate` from the stream `alert_grouping_settings`.

select
    nullif(cast("id" as text), '') as alert_grouping_setting_id,
    nullif(cast("name" as text), '') as alert_grouping_setting_name,
    nullif(cast("description" as text), '') as description,
    nullif(cast("type" as text), '') as alert_grouping_setting_type,
    "created_at" as created_at,
    "updated_at" as updated_at,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."alert_grouping_settings";
