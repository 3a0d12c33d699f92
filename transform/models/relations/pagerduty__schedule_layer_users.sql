with outermost as (

    select
        schedule_id,
        {{ pagerduty.json_text('each', ['id']) }} as schedule_layer_id,
        {{ pagerduty.json_text('each', ['name']) }} as schedule_layer_name,
        {{ pagerduty.json_objects('each', ['users']) }} as inner_objects
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
    {{ pagerduty.json_text('each', ['user', 'id']) }} as user_id,
    {{ pagerduty.json_text('each', ['user', 'summary']) }} as user_name,
    position
from {{ pagerduty.exploded(
    'outermost',
    ['schedule_id', 'schedule_layer_id', 'schedule_layer_name'],
    'inner_objects'
) }} as exploded
