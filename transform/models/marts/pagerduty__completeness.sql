{# What is loaded, against what PagerDuty counts: a row for each count. A full table is compared with
   the rows that the counting run, or a later one, has read: others are gone from the account. #}
{%- set months = {
  'incidents': 'created_at',
  'log_entries': 'created_at',
  'notifications': 'started_at',
} -%}
{%- set ids = {
  'incidents': 'incident_id',
  'log_entries': 'log_entry_id',
  'notifications': 'notification_id',
} %}

with counts as (

    select * from {{ ref('stg_pagerduty__account_counts') }}

),

loaded as (

    {%- for stream, time in months.items() %}
    select counts.stream, counts.period, count(rows_of.{{ ids[stream] }}) as loaded
    from counts
    left join {{ ref('stg_pagerduty__' ~ stream) }} as rows_of
        on rows_of.{{ time }} >= counts.since and rows_of.{{ time }} < counts.until
    where counts.stream = '{{ stream }}'
    group by counts.stream, counts.period
    union all
    {%- endfor %}
    {%- for stream in pagerduty.counted_lists() %}
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join {{ ref('stg_pagerduty__' ~ stream) }} as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = '{{ stream }}'
    group by counts.stream, counts.period
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    counts.stream,
    counts.period,
    counts.since,
    counts.until,
    counts.counted_at,
    counts.records as counted,
    loaded.loaded,
    case
        when counts.records is null then 'not counted'
        when loaded.loaded is null then 'not compared'
        when loaded.loaded < counts.records then 'missing'
        when loaded.loaded > counts.records then 'surplus'
        else 'complete'
    end as status
from counts
left join loaded
    on loaded.stream = counts.stream and loaded.period = counts.period
