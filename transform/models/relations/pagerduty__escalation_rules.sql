select
    escalation_policy_id,
    {{ pagerduty.json_text('each', ['id']) }} as escalation_rule_id,
    position as escalation_level,
    cast({{ pagerduty.json_text('each', ['escalation_delay_in_minutes']) }} as bigint) as escalation_delay_minutes
from {{ pagerduty.exploded(
    pagerduty.stream('escalation_policies'),
    ['id as escalation_policy_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('escalation_rules')
) }} as exploded
where not is_deleted
