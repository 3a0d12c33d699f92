with interruptions as (

    -- All that reaches a person about an incident within a minute is one interruption.
    select distinct
        incident_id,
        user_id,
        date_trunc('minute', local_notified_at) as local_interrupted_at
    from {{ ref('int_pagerduty__notifications') }}
    where is_interrupting
        and incident_id is not null
        and user_id is not null

), judged as (

    select
        incident_id,
        {{ pagerduty.hours_kind('local_interrupted_at') }} as hours
    from interruptions

)

select
    incident_id,
    count(*) as interruption_count,
    count(*) filter (where hours = 'business') as business_hour_interruption_count,
    count(*) filter (where hours = 'off') as off_hour_interruption_count,
    count(*) filter (where hours = 'sleep') as sleep_hour_interruption_count
from judged
group by 1
