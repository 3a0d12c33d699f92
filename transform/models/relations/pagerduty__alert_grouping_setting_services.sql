select
    alert_grouping_setting_id,
    {{ pagerduty.json_text('each', ['id']) }} as service_id,
    {{ pagerduty.json_text('each', ['summary']) }} as service_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('alert_grouping_settings'),
    ['id as alert_grouping_setting_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('services')
) }} as exploded
where not is_deleted
