{%- set zone = "'" ~ var('pagerduty_time_zone') ~ "'" -%}

with incidents as (

    select
        *,
        cast({{ pagerduty.local('created_at', zone) }} as date) as local_day
    from {{ ref('pagerduty__incidents') }}
    where service_id is not null

), spans as (

    select
        service_id,
        max(service_name) as service_name,
        min(created_at) as first_created_at
    from incidents
    group by 1

), days as (

    select
        spans.service_id,
        spans.service_name,
        cast({{ pagerduty.series(
            "date_trunc('day', " ~ pagerduty.local('spans.first_created_at', zone) ~ ")",
            "date_trunc('day', " ~ pagerduty.local('as_of.as_of', zone) ~ ")",
            '1 day'
        ) }} as date) as local_day
    from spans
    cross join {{ ref('int_pagerduty__as_of') }} as as_of

), created as (

    select
        service_id,
        local_day,
        {%- for name, expression in pagerduty.incident_metrics() if name != 'open_incidents' %}
        cast({{ expression }} as bigint) as {{ name }},
        {%- endfor %}
        {%- for time in pagerduty.incident_times() %}
        {{ pagerduty.percentile(0.5, 'case when not is_merged then ' ~ time ~ ' end') }} as p50_{{ time }},
        {{ pagerduty.percentile(0.9, 'case when not is_merged then ' ~ time ~ ' end') }} as p90_{{ time }},
        avg(case when not is_merged then {{ time }} end) as mean_{{ time }}{{ ',' if not loop.last }}
        {%- endfor %}
    from incidents
    group by 1, 2

), turns as (

    select
        incidents.service_id,
        cast({{ pagerduty.local('episodes.opened_at', zone) }} as date) as local_day,
        1 as opened
    from {{ ref('int_pagerduty__incident_episodes') }} as episodes
    inner join incidents on incidents.incident_id = episodes.incident_id

    union all

    select
        incidents.service_id,
        cast({{ pagerduty.local('episodes.resolved_at', zone) }} as date) as local_day,
        -1 as opened
    from {{ ref('int_pagerduty__incident_episodes') }} as episodes
    inner join incidents on incidents.incident_id = episodes.incident_id
    where episodes.resolved_at is not null

), balance as (

    select service_id, local_day, sum(opened) as opened
    from turns
    group by 1, 2

), changes as (

    select
        service_id,
        cast({{ pagerduty.local('changed_at', zone) }} as date) as local_day,
        count(*) as change_events
    from {{ ref('pagerduty__change_event_services') }}
    group by 1, 2

)

select
    days.service_id || ' ' || cast(days.local_day as text) as service_day_id,
    days.service_id,
    days.service_name,
    days.local_day,
    {%- for name, _ in pagerduty.incident_metrics() if name != 'open_incidents' %}
    coalesce(created.{{ name }}, 0) as {{ name }},
    {%- endfor %}
    {%- for time in pagerduty.incident_times() %}
    {%- for statistic in ['p50', 'p90', 'mean'] %}
    created.{{ statistic }}_{{ time }},
    {%- endfor %}
    {%- endfor %}
    cast(
        sum(coalesce(balance.opened, 0)) over (
            partition by days.service_id
            order by days.local_day
            rows between unbounded preceding and current row
        ) as bigint
    ) as open_incidents_at_end,
    coalesce(changes.change_events, 0) as change_events
from days
left join created on created.service_id = days.service_id and created.local_day = days.local_day
left join balance on balance.service_id = days.service_id and balance.local_day = days.local_day
left join changes on changes.service_id = days.service_id and changes.local_day = days.local_day
