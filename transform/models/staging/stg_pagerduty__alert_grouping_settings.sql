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
from {{ pagerduty.stream('alert_grouping_settings') }}
