-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__vendors as
-- Written by `python -m docs.generate` from the stream `vendors`.

select
    nullif(cast("id" as text), '') as vendor_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as vendor_name,
    nullif(cast("website_url" as text), '') as website_url,
    nullif(cast("description" as text), '') as description,
    nullif(cast("integration_guide_url" as text), '') as integration_guide_url,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."vendors";
