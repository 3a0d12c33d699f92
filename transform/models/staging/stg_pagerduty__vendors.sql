-- Written by `python -m docs.generate` from the stream `vendors`.

select
    cast("id" as text) as vendor_id,
    cast("html_url" as text) as url,
    cast("name" as text) as vendor_name,
    cast("website_url" as text) as website_url,
    cast("description" as text) as description,
    cast("integration_guide_url" as text) as integration_guide_url,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('vendors') }}
