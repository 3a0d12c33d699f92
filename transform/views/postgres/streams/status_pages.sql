-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__status_pages as
-- Written by `python -m docs.generate` from the stream `status_pages`.

select
    nullif(cast("id" as text), '') as status_page_id,
    nullif(cast("name" as text), '') as status_page_name,
    nullif(cast("status_page_type" as text), '') as status_page_type,
    nullif(cast("url" as text), '') as url,
    "published_at" as published_at,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."status_pages";
