select
    incident_id,
    {{ pagerduty.json_text('each', ['type']) }} as action,
    cast({{ pagerduty.json_text('each', ['at']) }} as timestamp) as due_at,
    {{ pagerduty.json_text('each', ['to']) }} as to_urgency,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('incidents'),
    ['id as incident_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('pending_actions')
) }} as exploded
where not is_deleted
