{# What the marts that compare periods say of a group of incidents: name and expression.

   Incidents that were merged into another are left out of counts and times, as the other one stands
   for them; people they interrupted were interrupted all the same. #}
{% macro incident_metrics() %}
  {{- return([
    ('incidents', 'count(*) filter (where not is_merged)'),
    ('high_urgency_incidents', "count(*) filter (where not is_merged and urgency = 'high')"),
    ('acknowledged_incidents',
      'count(*) filter (where not is_merged and minutes_to_acknowledge is not null)'),
    ('resolved_incidents', 'count(*) filter (where not is_merged and not is_open)'),
    ('open_incidents', 'count(*) filter (where not is_merged and is_open)'),
    ('reopened_incidents', 'count(*) filter (where not is_merged and is_reopened)'),
    ('escalated_incidents', 'count(*) filter (where not is_merged and escalation_count > 0)'),
    ('exhausted_incidents', 'count(*) filter (where not is_merged and exhaustion_count > 0)'),
    ('unattended_incidents', 'count(*) filter (where not is_merged and not is_acted_on)'),
    ('noise_incidents', 'count(*) filter (where is_noise)'),
    ('escalations', 'coalesce(sum(escalation_count), 0)'),
    ('notifications', 'coalesce(sum(notification_count), 0)'),
    ('interruptions', 'coalesce(sum(interruption_count), 0)'),
    ('business_hour_interruptions', 'coalesce(sum(business_hour_interruption_count), 0)'),
    ('off_hour_interruptions', 'coalesce(sum(off_hour_interruption_count), 0)'),
    ('sleep_hour_interruptions', 'coalesce(sum(sleep_hour_interruption_count), 0)'),
  ]) -}}
{% endmacro %}

{# Times, of which the median, the 90th percentile and the mean are given. #}
{% macro incident_times() %}
  {{- return(['minutes_to_acknowledge', 'minutes_to_resolve']) -}}
{% endmacro %}


{# The names of the columns that `compared` makes for the current period. #}
{% macro metric_columns() %}
  {%- set names = [] -%}
  {%- for name, _ in pagerduty.incident_metrics() -%}
    {%- do names.append(name) -%}
  {%- endfor -%}
  {%- for time in pagerduty.incident_times() -%}
    {%- for statistic in ['p50', 'p90', 'mean'] -%}
      {%- do names.append(statistic ~ '_' ~ time) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{- return(names) -}}
{% endmacro %}


{# One row for each thing and period: its incidents in the period, and those in the period before.

   `things` is a table that has a row for each thing, `key` its key, `columns` what is kept of it;
   `members` is a table of `incident_id` by that key. #}
{% macro compared(things, key, columns, members) %}
with measured as (

    select
        members.{{ key }},
        periods.period_days,
        periods.period,
        {%- for name, expression in pagerduty.incident_metrics() %}
        cast({{ expression }} as bigint) as {{ name }},
        {%- endfor %}
        {%- for time in pagerduty.incident_times() %}
        {{ pagerduty.percentile(0.5, 'case when not is_merged then ' ~ time ~ ' end') }} as p50_{{ time }},
        {{ pagerduty.percentile(0.9, 'case when not is_merged then ' ~ time ~ ' end') }} as p90_{{ time }},
        avg(case when not is_merged then {{ time }} end) as mean_{{ time }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('pagerduty__incidents') }} as incidents
    inner join {{ members }} as members on members.incident_id = incidents.incident_id
    inner join {{ ref('int_pagerduty__periods') }} as periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    group by 1, 2, 3

)

select
    things.{{ key }},
    {%- for column in columns %}
    things.{{ column }},
    {%- endfor %}
    periods.period_days,
    periods.starts_at as period_starts_at,
    periods.ends_at as period_ends_at,
    {%- for part, prefix in [('now', ''), ('before', 'previous_')] %}
    {%- set last_part = loop.last %}
    {%- for name in pagerduty.metric_columns() %}
    {%- set value = part ~ '.' ~ name %}
    {{ value if 'minutes' in name else 'coalesce(' ~ value ~ ', 0)' }} as {{ prefix }}{{ name }}
    {{- ',' if not (last_part and loop.last) }}
    {%- endfor %}
    {%- endfor %}
from {{ things }} as things
cross join {{ ref('int_pagerduty__periods') }} as periods
left join measured as now
    on now.{{ key }} = things.{{ key }}
    and now.period_days = periods.period_days
    and now.period = 'current'
left join measured as before
    on before.{{ key }} = things.{{ key }}
    and before.period_days = periods.period_days
    and before.period = 'previous'
where periods.period = 'current'
{% endmacro %}


{# The value below which a share of the values is, interpolated; nulls do not count. #}
{% macro percentile(share, value) %}
  {{- return('percentile_cont(' ~ share ~ ') within group (order by ' ~ value ~ ')') -}}
{% endmacro %}
