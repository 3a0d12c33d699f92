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


{# The name of the column of a custom field: `custom_` and its name, in small letters, digits and
   underscores. #}
{% macro custom_column(field) %}
  {{- return('custom_' ~ modules.re.sub('[^a-z0-9_]', '_', field | lower)) -}}
{% endmacro %}
