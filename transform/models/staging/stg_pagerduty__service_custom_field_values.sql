-- Written by `python -m docs.generate` from the stream `service_custom_field_values`.

select
    cast("service_id" as text) as service_id,
    cast("id" as text) as custom_field_id,
    cast("name" as text) as field_name,
    cast("display_name" as text) as display_name,
    cast("description" as text) as description,
    cast("data_type" as text) as data_type,
    cast("field_type" as text) as field_type,
    cast("value" as text) as value,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('service_custom_field_values') }}
