with outermost as (

    select
        schedule_id,
        {{ pagerduty.json_text('each', ['id']) }} as schedule_layer_id,
        {{ pagerduty.json_text('each', ['name']) }} as schedule_layer_name,
        {{ pagerduty.json_objects('each', ['restrictions']) }} as inner_objects
    from {{ pagerduty.exploded(
        pagerduty.stream('schedules'),
        ['id as schedule_id', '(_sdc_deleted_at is not null) as is_deleted'],
        pagerduty.objects('schedule_layers')
    ) }} as exploded
    where not is_deleted

)

select
    schedule_id,
    schedule_layer_id,
    schedule_layer_name,
    {{ pagerduty.json_text('each', ['type']) }} as restriction_type,
    {{ pagerduty.json_text('each', ['start_time_of_day']) }} as start_time_of_day,
    cast({{ pagerduty.json_text('each', ['start_day_of_week']) }} as bigint) as start_day_of_week,
    cast({{ pagerduty.json_text('each', ['duration_seconds']) }} as bigint) as duration_seconds,
    position
from {{ pagerduty.exploded(
    'outermost',
    ['schedule_id', 'schedule_layer_id', 'schedule_layer_name'],
    'inner_objects'
) }} as exploded
