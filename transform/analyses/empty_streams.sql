{# What stands in for each stream that is not loaded; for the plain views, see docs/dbt_views.py. #}
{%- for name in pagerduty.staged_streams() %}
-- {{ name }}
{{ pagerduty.empty_stream(name) }}
{%- endfor %}
