select
    change_event_id,
    changed_at,
    {{ pagerduty.json_text('each', ['id']) }} as service_id,
    {{ pagerduty.json_text('each', ['summary']) }} as service_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('change_events'),
    ['id as change_event_id', '"timestamp" as changed_at', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('services')
) }} as exploded
where not is_deleted
