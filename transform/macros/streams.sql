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
    {%- set nulls = [] -%}
    {%- for column, kind in expected.items() -%}
      {%- do nulls.append('cast(null as ' ~ pagerduty.column_type(kind) ~ ') as "' ~ column ~ '"') -%}
    {%- endfor -%}
    {{- return('(select ' ~ nulls | join(', ') ~ ' where false) as ' ~ name) -}}
  {%- endif -%}
  {%- set lacking = [] -%}
  {%- for column, kind in expected.items() if column not in found -%}
    {%- do lacking.append('cast(null as ' ~ pagerduty.column_type(kind) ~ ') as "' ~ column ~ '"') -%}
  {%- endfor -%}
  {%- if lacking -%}
    {{- return('(select *, ' ~ lacking | join(', ') ~ ' from ' ~ table ~ ') as ' ~ name) -}}
  {%- endif -%}
  {{- return(table) -}}
{% endmacro %}


{# The names of a table's columns; none if there is no such table. #}
{% macro columns_of(table) %}
  {%- set found = load_relation(table) -%}
  {%- if found is none -%}
    {{- return(none) -}}
  {%- endif -%}
  {{- return(adapter.get_columns_in_relation(found) | map(attribute='name') | list) -}}
{% endmacro %}
