select
    change_event_id,
    {{ pagerduty.json_text('each', ['href']) }} as link_url,
    {{ pagerduty.json_text('each', ['text']) }} as link_text,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('change_events'),
    ['id as change_event_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('links')
) }} as exploded
where not is_deleted
