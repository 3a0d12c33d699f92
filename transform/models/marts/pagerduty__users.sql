{%- set counts = [
    'interruptions', 'business_hour_interruptions', 'off_hour_interruptions',
    'sleep_hour_interruptions', 'disturbed_nights', 'weekend_interruptions',
    'acknowledged_incidents', 'resolved_incidents', 'engaged_incidents',
] -%}
{%- set hours = [
    'oncall_hours', 'oncall_business_hours', 'oncall_off_hours', 'oncall_sleep_hours',
] -%}
{%- set times = [
    'p50_minutes_to_acknowledge', 'p90_minutes_to_acknowledge', 'mean_minutes_to_acknowledge',
] -%}

with periods as (

    select * from {{ ref('int_pagerduty__periods') }}

), teams as (

    select
        memberships.user_id,
        string_agg(
            coalesce(teams.team_name, memberships.team_name), ', ' order by memberships.position
        ) as team_names
    from {{ ref('pagerduty__user_teams') }} as memberships
    left join {{ ref('stg_pagerduty__teams') }} as teams on teams.team_id = memberships.team_id
    group by 1

), interrupted as (

    select
        interruptions.user_id,
        periods.period_days,
        periods.period,
        count(*) as interruptions,
        count(*) filter (where hours = 'business') as business_hour_interruptions,
        count(*) filter (where hours = 'off') as off_hour_interruptions,
        count(*) filter (where hours = 'sleep') as sleep_hour_interruptions,
        count(distinct night_of) as disturbed_nights,
        count(*) filter (where is_weekend) as weekend_interruptions
    from {{ ref('pagerduty__interruptions') }} as interruptions
    inner join periods
        on interruptions.interrupted_at >= periods.starts_at
        and interruptions.interrupted_at < periods.ends_at
    group by 1, 2, 3

), acknowledged as (

    select
        incidents.first_acknowledged_by_id as user_id,
        periods.period_days,
        periods.period,
        count(*) as acknowledged_incidents,
        {{ pagerduty.percentile(0.5, 'minutes_to_acknowledge') }} as p50_minutes_to_acknowledge,
        {{ pagerduty.percentile(0.9, 'minutes_to_acknowledge') }} as p90_minutes_to_acknowledge,
        avg(minutes_to_acknowledge) as mean_minutes_to_acknowledge
    from {{ ref('pagerduty__incidents') }} as incidents
    inner join periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    where not incidents.is_merged
    group by 1, 2, 3

), resolved as (

    select
        incidents.resolved_by_id as user_id,
        periods.period_days,
        periods.period,
        count(*) as resolved_incidents
    from {{ ref('pagerduty__incidents') }} as incidents
    inner join periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    where incidents.resolved_how = 'person'
    group by 1, 2, 3

), engaged as (

    select
        engagements.user_id,
        periods.period_days,
        periods.period,
        count(*) as engaged_incidents
    from {{ ref('int_pagerduty__incident_engagements') }} as engagements
    inner join {{ ref('pagerduty__incidents') }} as incidents
        on incidents.incident_id = engagements.incident_id
    inner join periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    where not incidents.is_merged
    group by 1, 2, 3

), oncall as (

    select
        segments.user_id,
        periods.period_days,
        periods.period,
        sum({{ pagerduty.hours_between(
            'greatest(segments.starts_at, periods.starts_at)',
            'least(segments.ends_at, periods.ends_at)'
        ) }}) as oncall_hours,
        {%- for kind in ['business', 'off', 'sleep'] %}
        coalesce(sum(case when segments.hours = '{{ kind }}' then {{ pagerduty.hours_between(
            'greatest(segments.starts_at, periods.starts_at)',
            'least(segments.ends_at, periods.ends_at)'
        ) }} end), 0) as oncall_{{ kind }}_hours{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_pagerduty__oncall_segments') }} as segments
    inner join periods
        on segments.starts_at < periods.ends_at
        and segments.ends_at > periods.starts_at
    where segments.escalation_level is null
    group by 1, 2, 3

), measured as (

    select
        users.user_id,
        periods.period_days,
        periods.period,
        periods.starts_at,
        periods.ends_at,
        {%- for name in counts + hours %}
        coalesce({{ name }}, 0) as {{ name }},
        {%- endfor %}
        {%- for name in times %}
        {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_pagerduty__users') }} as users
    cross join periods
    {%- for part in ['interrupted', 'acknowledged', 'resolved', 'engaged', 'oncall'] %}
    left join {{ part }}
        on {{ part }}.user_id = users.user_id
        and {{ part }}.period_days = periods.period_days
        and {{ part }}.period = periods.period
    {%- endfor %}

)

select
    users.user_id,
    users.user_name,
    users.email,
    users.role,
    users.job_title,
    zones.time_zone,
    teams.team_names,
    users.is_deleted,
    latest.period_days,
    latest.starts_at as period_starts_at,
    latest.ends_at as period_ends_at,
    {%- for name in counts + hours + times %}
    latest.{{ name }},
    {%- endfor %}
    {%- for name in counts + hours + times %}
    earlier.{{ name }} as previous_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from measured as latest
inner join measured as earlier
    on earlier.user_id = latest.user_id
    and earlier.period_days = latest.period_days
    and earlier.period = 'previous'
inner join {{ ref('stg_pagerduty__users') }} as users on users.user_id = latest.user_id
left join {{ ref('int_pagerduty__user_zones') }} as zones on zones.user_id = latest.user_id
left join teams on teams.user_id = latest.user_id
where latest.period = 'current'
