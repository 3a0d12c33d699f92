-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__tags as
-- Written by `python -m docs.generate` from the stream `tags`.

select
    nullif(cast("id" as text), '') as tag_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("label" as text), '') as tag_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."tags";
