select
    incident_id,
    {{ pagerduty.json_text('each', ['assignee', 'id']) }} as user_id,
    {{ pagerduty.json_text('each', ['assignee', 'summary']) }} as user_name,
    cast({{ pagerduty.json_text('each', ['at']) }} as timestamp) as assigned_at,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('incidents'),
    ['id as incident_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('assignments')
) }} as exploded
where not is_deleted
