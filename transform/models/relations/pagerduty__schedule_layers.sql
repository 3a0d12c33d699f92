select
    schedule_id,
    {{ pagerduty.json_text('each', ['id']) }} as schedule_layer_id,
    {{ pagerduty.json_text('each', ['name']) }} as schedule_layer_name,
    cast({{ pagerduty.json_text('each', ['start']) }} as timestamp) as starts_at,
    cast({{ pagerduty.json_text('each', ['end']) }} as timestamp) as ends_at,
    cast({{ pagerduty.json_text('each', ['rotation_virtual_start']) }} as timestamp) as rotation_starts_at,
    cast({{ pagerduty.json_text('each', ['rotation_turn_length_seconds']) }} as bigint) as rotation_turn_seconds,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('schedules'),
    ['id as schedule_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('schedule_layers')
) }} as exploded
where not is_deleted
