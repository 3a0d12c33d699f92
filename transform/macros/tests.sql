{# dbt's tests of a column, and one of several columns together, for tables that may not be there:
   a stream that is not loaded passes. They stand in for dbt's within this package only. #}

{% test not_null(model, column_name) %}
  {{ config(severity='error') }}
  {%- if pagerduty.is_missing(model) -%}
    select null as nothing where false
  {%- else -%}
    select {{ column_name }} from {{ model }} where {{ column_name }} is null
  {%- endif -%}
{% endtest %}


{% test unique(model, column_name) %}
  {%- if pagerduty.is_missing(model) -%}
    select null as nothing where false
  {%- else -%}
    select {{ column_name }}, count(*) as times
    from {{ model }}
    where {{ column_name }} is not null
    group by {{ column_name }}
    having count(*) > 1
  {%- endif -%}
{% endtest %}


{% test unique_together(model, columns) %}
  {%- if pagerduty.is_missing(model) -%}
    select null as nothing where false
  {%- else -%}
    select {{ columns | join(', ') }}, count(*) as times
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
  {%- endif -%}
{% endtest %}


{% test relationships(model, column_name, to, field) %}
  {%- if pagerduty.is_missing(model) or pagerduty.is_missing(to) -%}
    select null as nothing where false
  {%- else -%}
    select child.id
    from (select {{ column_name }} as id from {{ model }}) as child
    left join {{ to }} as parent on parent.{{ field }} = child.id
    where child.id is not null and parent.{{ field }} is null
  {%- endif -%}
{% endtest %}


{# No period has a status that means that loaded rows and PagerDuty's count differ. #}
{% test no_period(model, status) %}
  select stream, period, counted, loaded from {{ model }} where status = '{{ status }}'
{% endtest %}


{# Whether a table, or a column that a test looks at, is not there. #}
{% macro is_missing(table) %}
  {{- return(execute and load_relation(table) is none) -}}
{% endmacro %}
