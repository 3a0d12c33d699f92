with incidents as (

    select
        *,
        -- What differs from one alert of a kind to the next are mostly numbers.
        regexp_replace(title, '[0-9]+', '#', 'g') as title_pattern
    from {{ ref('pagerduty__incidents') }}
    where not is_merged

)

select
    md5(coalesce(service_id, '') || ' ' || coalesce(title_pattern, '')) as alert_noise_id,
    service_id,
    max(service_name) as service_name,
    title_pattern,
    count(*) as incidents,
    cast(sum(alert_count) as bigint) as alerts,
    cast(sum(notification_count) as bigint) as notifications,
    cast(sum(interruption_count) as bigint) as interruptions,
    cast(sum(sleep_hour_interruption_count) as bigint) as sleep_hour_interruptions,
    count(*) filter (where is_noise) as noise_incidents,
    count(*) filter (where not is_acted_on and not is_open) as unattended_incidents,
    cast(coalesce(sum(interruption_count) filter (where is_noise), 0) as bigint)
        as noise_interruptions,
    cast(100.0 * count(*) filter (where is_noise) / count(*) as double precision) as noise_percent,
    {{ pagerduty.percentile(0.5, 'case when is_noise then minutes_to_resolve end') }}
        as p50_minutes_to_auto_resolve,
    min(created_at) as first_created_at,
    max(created_at) as last_created_at
from incidents
group by service_id, title_pattern
