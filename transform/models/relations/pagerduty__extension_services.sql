select
    extension_id,
    {{ pagerduty.json_text('each', ['id']) }} as service_id,
    {{ pagerduty.json_text('each', ['summary']) }} as service_name,
    position
from {{ pagerduty.exploded(
    pagerduty.stream('extensions'),
    ['id as extension_id', '(_sdc_deleted_at is not null) as is_deleted'],
    pagerduty.objects('extension_objects')
) }} as exploded
where not is_deleted
