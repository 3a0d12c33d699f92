select
    incident_id,
    {{ pagerduty.json_text('each', ['acknowledger', 'id']) }} as acknowledger_id,
    {{ pagerduty.json_text('each', ['acknowledger', 'summary']) }} as acknowledger_name,
    replace({{ pagerduty.json_text('each', ['acknowledger', 'type']) }}, '_reference', '') as acknowledger_type,
    cast({{ pagerduty.json_text('each', ['at']) }} as timestamp) as acknowledged_at,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('incidents'),
    ['id as incident_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('acknowledgements')
) }} as exploded
where not is_deleted
