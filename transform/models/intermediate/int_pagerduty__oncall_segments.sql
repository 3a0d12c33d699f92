{# Times on call, cut where a day or a kind of hours begins on the clocks of the person, first by
   level (`escalation_level`), then over all levels (where it is null): a person who is on call
   for several policies or levels at once is on call once. #}

{%- set bounds = (
    [0, 24] + var('pagerduty_business_hours') + var('pagerduty_sleep_hours')
) | unique | sort -%}

with shifts as (

    -- What was planned when the shift was last read may have been dropped since.
    select
        user_id,
        escalation_level,
        starts_at,
        least(ends_at, extracted_at, as_of) as ends_at
    from {{ ref('stg_pagerduty__oncall_shifts') }}
    cross join {{ ref('int_pagerduty__as_of') }}
    where user_id is not null
        and starts_at < least(ends_at, extracted_at, as_of)

), counted as (

    -- No two alike: which of them comes first would not be the same in both windows below.
    select user_id, escalation_level, starts_at, ends_at from shifts
    union
    select user_id, null as escalation_level, starts_at, ends_at from shifts

), overlapping as (

    select
        *,
        max(ends_at) over (
            partition by user_id, escalation_level
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as ended_before
    from counted

), numbered as (

    select
        *,
        sum(case when starts_at <= ended_before then 0 else 1 end) over (
            partition by user_id, escalation_level
            order by starts_at, ends_at
            rows between unbounded preceding and current row
        ) as stretch
    from overlapping

), stretches as (

    select
        user_id,
        escalation_level,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from numbered
    group by user_id, escalation_level, stretch

), zoned as (

    select
        stretches.*,
        coalesce(zones.time_zone, '{{ var("pagerduty_time_zone") }}') as time_zone
    from stretches
    left join {{ ref('int_pagerduty__user_zones') }} as zones on zones.user_id = stretches.user_id

), days as (

    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        {{ pagerduty.series(
            "date_trunc('day', " ~ pagerduty.local('starts_at', 'time_zone') ~ ")",
            "date_trunc('day', " ~ pagerduty.local('ends_at', 'time_zone') ~ ")",
            '1 day'
        ) }} as local_day
    from zoned

), parts as (

    {% for bound in bounds[:-1] %}
    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        local_day,
        local_day + interval '{{ bound }} hours' as part_starts_at,
        local_day + interval '{{ bounds[loop.index] }} hours' as part_ends_at
    from days
    {{ 'union all' if not loop.last }}
    {% endfor %}

), cut as (

    -- In UTC, in which a part is as long as it really was when the clocks changed.
    select
        user_id,
        escalation_level,
        time_zone,
        cast(local_day as date) as local_day,
        {{ pagerduty.hours_kind('part_starts_at') }} as hours,
        extract(isodow from part_starts_at) > 5 as is_weekend,
        greatest(starts_at, {{ pagerduty.utc('part_starts_at', 'time_zone') }}) as starts_at,
        least(ends_at, {{ pagerduty.utc('part_ends_at', 'time_zone') }}) as ends_at
    from parts

)

select * from cut where starts_at < ends_at
