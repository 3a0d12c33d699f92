select
    incident_id,
    {{ pagerduty.json_text('each', ['user', 'id']) }} as user_id,
    {{ pagerduty.json_text('each', ['user', 'summary']) }} as user_name,
    {{ pagerduty.json_text('each', ['state']) }} as state,
    cast({{ pagerduty.json_text('each', ['requested_at']) }} as timestamp) as requested_at,
    cast({{ pagerduty.json_text('each', ['updated_at']) }} as timestamp) as updated_at,
    {{ pagerduty.json_text('each', ['requester', 'id']) }} as requester_id,
    {{ pagerduty.json_text('each', ['requester', 'summary']) }} as requester_name,
    {{ pagerduty.json_text('each', ['message']) }} as message,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('incidents'),
    ['id as incident_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('incidents_responders')
) }} as exploded
where not is_deleted
