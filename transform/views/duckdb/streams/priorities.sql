-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__priorities as
-- Written by `python -m docs.generate` from the stream `priorities`.

select
    nullif(cast("id" as text), '') as priority_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as priority_name,
    nullif(cast("description" as text), '') as description,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."priorities";
