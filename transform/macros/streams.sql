{# The table of a stream, with all columns that models expect of it.

   A stream that is not loaded gives no rows, and a column that the table lacks, as it was not
   selected, gives nulls: so every model can be built, whatever is loaded. #}
{% macro stream(name) %}
  {%- set table = source('pagerduty', name) -%}
  {%- if not execute -%}
    {{- return(table) -}}
  {%- endif -%}
  {%- set expected = pagerduty.expected_columns(name) -%}
  {%- set streams = var('pagerduty_streams') -%}
  {%- if streams -%}
    {#- What is loaded is told, so the database is not asked. -#}
    {%- set found = expected.keys() | list if name in streams else none -%}
  {%- else -%}
    {%- set found = pagerduty.columns_of(table) -%}
  {%- endif -%}
  {%- if found is none -%}
    {{- return(pagerduty.empty_stream(name)) -}}
  {%- endif -%}
  {%- set lacking = pagerduty.nulls(expected, found) -%}
  {%- if lacking -%}
    {{- return('(select *, ' ~ lacking | join(', ') ~ ' from ' ~ table ~ ') as ' ~ name) -}}
  {%- endif -%}
  {{- return(table) -}}
{% endmacro %}


{# What stands in for the table of a stream that is not loaded. #}
{% macro empty_stream(name) %}
  {%- set columns = pagerduty.nulls(pagerduty.expected_columns(name), []) -%}
  {{- return('(select ' ~ columns | join(', ') ~ ' where false) as ' ~ name) -}}
{% endmacro %}


{# A null for each expected column that was not found. #}
{% macro nulls(expected, found) %}
  {%- set made = [] -%}
  {%- for column, kind in expected.items() if column not in found -%}
    {%- do made.append('cast(null as ' ~ pagerduty.column_type(kind) ~ ') as "' ~ column ~ '"') -%}
  {%- endfor -%}
  {{- return(made) -}}
{% endmacro %}


{# The names of a table's columns; none if there is no such table. #}
{% macro columns_of(table) %}
  {%- set found = load_relation(table) -%}
  {%- if found is none -%}
    {{- return(none) -}}
  {%- endif -%}
  {{- return(adapter.get_columns_in_relation(found) | map(attribute='name') | list) -}}
{% endmacro %}
