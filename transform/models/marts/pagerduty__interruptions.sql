with minutes as (

    select
        user_id,
        user_name,
        time_zone,
        date_trunc('minute', notified_at) as interrupted_at,
        date_trunc('minute', local_notified_at) as local_interrupted_at,
        count(*) as notification_count,
        count(distinct incident_id) as incident_count,
        min(incident_id) as incident_id,
        string_agg(distinct channel, ', ' order by channel) as channels
    from {{ ref('int_pagerduty__notifications') }}
    where is_interrupting
        and user_id is not null
    group by 1, 2, 3, 4, 5

), single as (

    -- A user who is no longer listed may have had several names.
    select
        *,
        row_number() over (partition by user_id, interrupted_at order by user_name) as place
    from minutes

)

select
    user_id || ' ' || cast(interrupted_at as text) as interruption_id,
    user_id,
    user_name,
    time_zone,
    interrupted_at,
    local_interrupted_at,
    {{ pagerduty.hours_kind('local_interrupted_at') }} as hours,
    extract(isodow from local_interrupted_at) > 5 as is_weekend,
    case when {{ pagerduty.hours_kind('local_interrupted_at') }} = 'sleep' then
        cast(
            local_interrupted_at - interval '{{ var("pagerduty_sleep_hours")[1] }} hours' as date
        )
    end as night_of,
    notification_count,
    channels,
    incident_count,
    incident_id
from single
where place = 1
