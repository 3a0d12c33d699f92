with worked as (

    select
        user_id,
        time_zone,
        local_day,
        escalation_level,
        {%- for hours in ['business', 'off', 'sleep'] %}
        coalesce(sum(
            case when hours = '{{ hours }}'
                then {{ pagerduty.hours_between('starts_at', 'ends_at') }}
            end
        ), 0) as {{ hours }}_hours,
        {%- endfor %}
        sum({{ pagerduty.hours_between('starts_at', 'ends_at') }}) as oncall_hours
    from {{ ref('int_pagerduty__oncall_segments') }}
    where escalation_level is not null
    group by 1, 2, 3, 4

), rates as (

    -- A rate without a level is for those that have none of their own.
    select
        levels.escalation_level,
        rates.hours,
        rates.rate_per_hour,
        rates.currency,
        row_number() over (
            partition by levels.escalation_level, rates.hours
            order by case when rates.escalation_level is null then 1 else 0 end
        ) as place
    from (select distinct escalation_level from worked) as levels
    inner join {{ ref(var('pagerduty_oncall_rates')) }} as rates
        on rates.escalation_level = levels.escalation_level
        or rates.escalation_level is null

), paid as (

    select
        escalation_level,
        {%- for hours in ['business', 'off', 'sleep'] %}
        max(case when hours = '{{ hours }}' then rate_per_hour end) as {{ hours }}_rate,
        {%- endfor %}
        max(currency) as currency
    from rates
    where place = 1
    group by 1

)

select
    worked.user_id || ' ' || cast(worked.local_day as text) || ' '
        || cast(worked.escalation_level as text) as oncall_hours_id,
    worked.user_id,
    users.user_name,
    worked.time_zone,
    worked.local_day,
    extract(isodow from worked.local_day) > 5 as is_weekend,
    worked.escalation_level,
    worked.oncall_hours,
    worked.business_hours,
    worked.off_hours,
    worked.sleep_hours,
    worked.off_hours + worked.sleep_hours as hours_outside_work,
    cast(
        worked.business_hours * coalesce(paid.business_rate, 0)
        + worked.off_hours * coalesce(paid.off_rate, 0)
        + worked.sleep_hours * coalesce(paid.sleep_rate, 0)
        as double precision
    ) as pay,
    paid.currency
from worked
left join paid on paid.escalation_level = worked.escalation_level
left join {{ ref('int_pagerduty__oncall_names') }} as users on users.user_id = worked.user_id
