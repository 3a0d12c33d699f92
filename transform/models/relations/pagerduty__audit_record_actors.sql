select
    audit_record_id,
    executed_at,
    {{ pagerduty.json_text('each', ['id']) }} as actor_id,
    {{ pagerduty.json_text('each', ['summary']) }} as actor_name,
    replace({{ pagerduty.json_text('each', ['type']) }}, '_reference', '') as actor_type,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('audit_records'),
    ['id as audit_record_id', 'execution_time as executed_at', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('actors')
) }} as exploded
where not is_deleted
