{# Names of the custom fields of incidents that become columns. #}
{% macro custom_fields() %}
  {%- set given = var('pagerduty_custom_fields') -%}
  {%- set streams = var('pagerduty_streams') -%}
  {%- if given or not execute or streams -%}
    {{- return(given) -}}
  {%- endif -%}
  {%- set table = source('pagerduty', 'incident_custom_field_values') -%}
  {%- set columns = pagerduty.columns_of(table) -%}
  {%- if columns is none or 'name' not in columns or 'value' not in columns -%}
    {{- return([]) -}}
  {%- endif -%}
  {%- set found = run_query(
    "select distinct name from " ~ table ~ " where value is not null and name is not null order by 1"
  ) -%}
  {{- return(found.columns[0].values() | list) -}}
{% endmacro %}


{# The names of their columns: `custom_` and the field's name in small letters, digits and
   underscores; with a number if several fields would share one. #}
{% macro custom_columns(fields) %}
  {%- set found = [] -%}
  {%- for field in fields -%}
    {%- set name = 'custom_' ~ modules.re.sub('[^a-z0-9_]', '_', field | lower) -%}
    {%- set taken = name in found or name == 'custom_fields' -%}
    {%- do found.append(name ~ '_' ~ loop.index if taken else name) -%}
  {%- endfor -%}
  {{- return(found) -}}
{% endmacro %}
