select
    log_entry_id,
    created_at,
    {{ pagerduty.json_text('each', ['id']) }} as team_id,
    {{ pagerduty.json_text('each', ['summary']) }} as team_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('log_entries'),
    ['id as log_entry_id', 'created_at as created_at', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('teams')
) }} as exploded
where not is_deleted
