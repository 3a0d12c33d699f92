with outermost as (

    select
        escalation_policy_id,
        {{ pagerduty.json_text('each', ['id']) }} as escalation_rule_id,
        position as escalation_level,
        {{ pagerduty.json_objects('each', ['targets']) }} as inner_objects
    from {{ pagerduty.exploded(
        pagerduty.stream('escalation_policies'),
        ['id as escalation_policy_id', '(_sdc_deleted_at is not null) as is_deleted'],
        pagerduty.objects('escalation_rules')
    ) }} as exploded
    where not is_deleted

)

select
    escalation_policy_id,
    escalation_rule_id,
    escalation_level,
    {{ pagerduty.json_text('each', ['id']) }} as target_id,
    {{ pagerduty.json_text('each', ['summary']) }} as target_name,
    replace({{ pagerduty.json_text('each', ['type']) }}, '_reference', '') as target_type,
    position
from {{ pagerduty.exploded(
    'outermost',
    ['escalation_policy_id', 'escalation_rule_id', 'escalation_level'],
    'inner_objects'
) }} as exploded
