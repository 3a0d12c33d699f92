select
    escalation_policy_id,
    {{ pagerduty.json_text('each', ['id']) }} as team_id,
    {{ pagerduty.json_text('each', ['summary']) }} as team_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('escalation_policies'),
    ['id as escalation_policy_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('teams')
) }} as exploded
where not is_deleted
