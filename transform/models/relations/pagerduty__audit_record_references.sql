with records as (

    select
        id as audit_record_id,
        execution_time as executed_at,
        {{ pagerduty.json_objects('details', ['references']) }} as links
    from {{ pagerduty.stream('audit_records') }}

), links as (

    select
        audit_record_id,
        executed_at,
        {{ pagerduty.json_text('each', ['name']) }} as link_name,
        {{ pagerduty.json_objects('each', ['added']) }} as added,
        {{ pagerduty.json_objects('each', ['removed']) }} as removed
    from {{ pagerduty.exploded('records', ['audit_record_id', 'executed_at'], 'links') }} as exploded

)

{% for change in ['added', 'removed'] %}
select
    audit_record_id,
    executed_at,
    link_name,
    '{{ change }}' as change,
    {{ pagerduty.json_text('each', ['id']) }} as resource_id,
    {{ pagerduty.json_text('each', ['summary']) }} as resource_name,
    replace({{ pagerduty.json_text('each', ['type']) }}, '_reference', '') as resource_type
from {{ pagerduty.exploded('links', ['audit_record_id', 'executed_at', 'link_name'], change) }} as exploded
{{ 'union all' if not loop.last }}
{% endfor %}
