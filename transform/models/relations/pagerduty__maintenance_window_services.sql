select
    maintenance_window_id,
    {{ pagerduty.json_text('each', ['id']) }} as service_id,
    {{ pagerduty.json_text('each', ['summary']) }} as service_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('maintenance_windows'),
    ['id as maintenance_window_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('services')
) }} as exploded
where not is_deleted
