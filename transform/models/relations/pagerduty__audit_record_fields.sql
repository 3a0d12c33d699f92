with records as (

    select
        id as audit_record_id,
        execution_time as executed_at,
        {{ pagerduty.json_objects('details', ['fields']) }} as fields
    from {{ pagerduty.stream('audit_records') }}

)

select
    audit_record_id,
    executed_at,
    {{ pagerduty.json_text('each', ['name']) }} as field_name,
    {{ pagerduty.json_text('each', ['before_value']) }} as value_before,
    {{ pagerduty.json_text('each', ['value']) }} as value_after,
    position
from {{ pagerduty.exploded('records', ['audit_record_id', 'executed_at'], 'fields') }} as exploded
