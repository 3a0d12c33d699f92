{# What a table has for a property of each kind, and how values are taken out of it.

   target-postgres makes `jsonb` of an object, `jsonb[]` of an array of objects and `text[]` of an
   array of texts; target-duckdb makes `JSON` of all three. #}

{% macro column_type(kind) %}
  {{- return(adapter.dispatch('column_type', 'pagerduty')(kind)) -}}
{% endmacro %}

{% macro default__column_type(kind) %}
  {{- return({
    'text': 'text',
    'integer': 'bigint',
    'number': 'numeric',
    'boolean': 'boolean',
    'time': 'timestamp',
    'object': 'jsonb',
    'objects': 'jsonb[]',
    'texts': 'text[]',
  }[kind]) -}}
{% endmacro %}

{% macro duckdb__column_type(kind) %}
  {{- return({
    'text': 'varchar',
    'integer': 'bigint',
    'number': 'double',
    'boolean': 'boolean',
    'time': 'timestamp',
    'object': 'json',
    'objects': 'json',
    'texts': 'json',
  }[kind]) -}}
{% endmacro %}


{# The text at a path in an object. In parentheses, as DuckDB binds `->>` weaker than `=`. #}
{% macro json_text(column, path) %}
  {{- return(adapter.dispatch('json_text', 'pagerduty')(column, path)) -}}
{% endmacro %}

{% macro default__json_text(column, path) %}
  {%- set steps = [] -%}
  {%- for key in path -%}
    {%- do steps.append(('->>' if loop.last else '->') ~ "'" ~ key ~ "'") -%}
  {%- endfor -%}
  {{- return('(' ~ column ~ steps | join('') ~ ')') -}}
{% endmacro %}


{# An array of texts as one text, separated by commas; null if there is none. #}
{% macro texts(column) %}
  {{- return(adapter.dispatch('texts', 'pagerduty')(column)) -}}
{% endmacro %}

{% macro default__texts(column) %}
  {{- return("nullif(array_to_string(" ~ column ~ ", ', '), '')") -}}
{% endmacro %}

{% macro duckdb__texts(column) %}
  {{- return("nullif(array_to_string(cast(" ~ column ~ " as varchar[]), ', '), '')") -}}
{% endmacro %}


{# The same, for an array of texts inside an object. #}
{% macro json_texts(column, path) %}
  {{- return(adapter.dispatch('json_texts', 'pagerduty')(column, path)) -}}
{% endmacro %}

{% macro default__json_texts(column, path) %}
  {%- set array = column ~ "->'" ~ path | join("'->'") ~ "'" -%}
  {{- return("(select string_agg(each, ', ') from jsonb_array_elements_text("
    ~ "case jsonb_typeof(" ~ array ~ ") when 'array' then " ~ array ~ " end) as t(each))") -}}
{% endmacro %}

{% macro duckdb__json_texts(column, path) %}
  {{- return("nullif(array_to_string(cast(" ~ column ~ "->'" ~ path | join("'->'") ~ "' as varchar[]), ', '), '')") -}}
{% endmacro %}


{# The objects of an array as an array of the database, which `unnest` takes. #}
{% macro objects(column) %}
  {{- return(adapter.dispatch('objects', 'pagerduty')(column)) -}}
{% endmacro %}

{% macro default__objects(column) %}
  {{- return(column) -}}
{% endmacro %}

{% macro duckdb__objects(column) %}
  {{- return("cast(" ~ column ~ " as json[])") -}}
{% endmacro %}


{# The same, for an array inside an object. #}
{% macro json_objects(column, path) %}
  {{- return(adapter.dispatch('json_objects', 'pagerduty')(column, path)) -}}
{% endmacro %}

{% macro default__json_objects(column, path) %}
  {%- set array = column ~ "->'" ~ path | join("'->'") ~ "'" -%}
  {{- return("array(select each from jsonb_array_elements(case jsonb_typeof(" ~ array
    ~ ") when 'array' then " ~ array ~ " end) with ordinality as t(each, place) order by place)") -}}
{% endmacro %}

{% macro duckdb__json_objects(column, path) %}
  {{- return("cast(" ~ column ~ "->'" ~ path | join("'->'") ~ "' as json[])") -}}
{% endmacro %}


{# One row for each object of an array: `each`, and its `position` from 1, beside the columns named
   (as `'id as incident_id'`) of the table that has the array. #}
{% macro exploded(table, columns, array) %}
  (
    select
      {%- for column in columns %}
      {{ column }},
      {%- endfor %}
      unnest({{ array }}) as each,
      cast(generate_subscripts({{ array }}, 1) as integer) as position
    from {{ table }}
  )
{% endmacro %}


{# An object made of names and values, one pair for each row of a group. #}
{% macro object_agg(name, value) %}
  {{- return(adapter.dispatch('object_agg', 'pagerduty')(name, value)) -}}
{% endmacro %}

{% macro default__object_agg(name, value) %}
  {{- return("jsonb_object_agg(" ~ name ~ ", " ~ value ~ ")") -}}
{% endmacro %}

{% macro duckdb__object_agg(name, value) %}
  {{- return("json_group_object(" ~ name ~ ", " ~ value ~ ")") -}}
{% endmacro %}
