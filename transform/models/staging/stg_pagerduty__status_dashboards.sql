-- Written by `python -m docs.generate` from the stream `status_dashboards`.

select
    cast("id" as text) as status_dashboard_id,
    cast("url_slug" as text) as url_slug,
    cast("name" as text) as status_dashboard_name,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('status_dashboards') }}
