with worked as (

    select
        user_id,
        time_zone,
        local_day,
        {%- for hours in ['business', 'off', 'sleep'] %}
        coalesce(sum(
            case when hours = '{{ hours }}'
                then {{ pagerduty.hours_between('starts_at', 'ends_at') }}
            end
        ), 0) as {{ hours }}_hours,
        {%- endfor %}
        sum({{ pagerduty.hours_between('starts_at', 'ends_at') }}) as oncall_hours
    from {{ ref('int_pagerduty__oncall_segments') }}
    where escalation_level is null
    group by 1, 2, 3

), disturbed as (

    select
        user_id,
        cast(local_interrupted_at as date) as local_day,
        count(*) as interruptions,
        count(*) filter (where hours = 'sleep') as sleep_hour_interruptions
    from {{ ref('pagerduty__interruptions') }}
    group by 1, 2

)

select
    worked.user_id || ' ' || cast(worked.local_day as text) as oncall_day_id,
    worked.user_id,
    users.user_name,
    worked.time_zone,
    worked.local_day,
    extract(isodow from worked.local_day) > 5 as is_weekend,
    worked.oncall_hours,
    worked.business_hours,
    worked.off_hours,
    worked.sleep_hours,
    worked.off_hours + worked.sleep_hours as hours_outside_work,
    coalesce(disturbed.interruptions, 0) as interruptions,
    coalesce(disturbed.sleep_hour_interruptions, 0) as sleep_hour_interruptions
from worked
left join disturbed
    on disturbed.user_id = worked.user_id
    and disturbed.local_day = worked.local_day
left join {{ ref('int_pagerduty__oncall_names') }} as users on users.user_id = worked.user_id
