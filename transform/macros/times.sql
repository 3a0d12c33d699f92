{# Times are `timestamp` without a zone and in UTC; local ones say so in their names. #}

{# The time on the clocks of a zone. #}
{% macro local(at, zone) %}
  {{- return("(" ~ at ~ " at time zone 'UTC' at time zone " ~ zone ~ ")") -}}
{% endmacro %}

{# The time in UTC of one on the clocks of a zone. #}
{% macro utc(at, zone) %}
  {{- return("(" ~ at ~ " at time zone " ~ zone ~ " at time zone 'UTC')") -}}
{% endmacro %}

{% macro minutes_between(since, until) %}
  {{- return("cast(extract(epoch from " ~ until ~ " - " ~ since ~ ") / 60.0 as double precision)") -}}
{% endmacro %}

{% macro hours_between(since, until) %}
  {{- return("cast(extract(epoch from " ~ until ~ " - " ~ since ~ ") / 3600.0 as double precision)") -}}
{% endmacro %}


{# A row for each time from one to another, both included, a step apart. #}
{% macro series(since, until, step) %}
  {{- return(adapter.dispatch('series', 'pagerduty')(since, until, step)) -}}
{% endmacro %}

{% macro default__series(since, until, step) %}
  {{- return("generate_series(" ~ since ~ ", " ~ until ~ ", interval '" ~ step ~ "')") -}}
{% endmacro %}

{% macro duckdb__series(since, until, step) %}
  {{- return("unnest(generate_series(" ~ since ~ ", " ~ until ~ ", interval '" ~ step ~ "'))") -}}
{% endmacro %}


{# The names of time zones that the database knows. #}
{% macro time_zones() %}
  {{- return(adapter.dispatch('time_zones', 'pagerduty')()) -}}
{% endmacro %}

{% macro default__time_zones() %}
  {{- return("pg_timezone_names") -}}
{% endmacro %}

{% macro duckdb__time_zones() %}
  {{- return("pg_timezone_names()") -}}
{% endmacro %}


{# Whether a local time is in hours of sleep (any day), in business hours (Monday to Friday), or in
   the rest. Hours of sleep come first, so the three add up also on weekends. #}
{% macro hours_kind(at) %}
  {%- set business = var('pagerduty_business_hours') -%}
  {%- set sleep = var('pagerduty_sleep_hours') -%}
  {%- set asleep = 'or' if sleep[0] > sleep[1] else 'and' -%}
  {{- return(
    "case when extract(hour from " ~ at ~ ") >= " ~ sleep[0] ~ " " ~ asleep
    ~ " extract(hour from " ~ at ~ ") < " ~ sleep[1] ~ " then 'sleep'"
    ~ " when extract(isodow from " ~ at ~ ") <= 5"
    ~ " and extract(hour from " ~ at ~ ") >= " ~ business[0]
    ~ " and extract(hour from " ~ at ~ ") < " ~ business[1] ~ " then 'business'"
    ~ " else 'off' end"
  ) -}}
{% endmacro %}
