select
    log_entry_id,
    incident_id,
    assigned_at,
    {{ pagerduty.json_text('each', ['id']) }} as user_id,
    {{ pagerduty.json_text('each', ['summary']) }} as user_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('log_entries'),
    ['id as log_entry_id', pagerduty.json_text('incident', ['id']) ~ ' as incident_id', 'created_at as assigned_at', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('assignees')
) }} as exploded
where not is_deleted
