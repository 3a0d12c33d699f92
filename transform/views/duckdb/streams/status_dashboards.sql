-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__status_dashboards as
-- Written by `python -m docs.generate` from the stream `status_dashboards`.

select
    nullif(cast("id" as text), '') as status_dashboard_id,
    nullif(cast("url_slug" as text), '') as url_slug,
    nullif(cast("name" as text), '') as status_dashboard_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."status_dashboards";
