-- Written by `python -m docs.generate` from the stream `priorities`.

select
    cast("id" as text) as priority_id,
    cast("html_url" as text) as url,
    cast("name" as text) as priority_name,
    cast("description" as text) as description,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('priorities') }}
