select
    schedule_id,
    {{ pagerduty.json_text('each', ['id']) }} as user_id,
    {{ pagerduty.json_text('each', ['summary']) }} as user_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('schedules'),
    ['id as schedule_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('users')
) }} as exploded
where not is_deleted
