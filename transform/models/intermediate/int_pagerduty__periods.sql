-- Each period, and the one as long before it.
{% for days in var('pagerduty_periods') %}
select
    {{ days }} as period_days,
    'current' as period,
    as_of - interval '{{ days }} days' as starts_at,
    as_of as ends_at
from {{ ref('int_pagerduty__as_of') }}
union all
select
    {{ days }} as period_days,
    'previous' as period,
    as_of - interval '{{ days * 2 }} days' as starts_at,
    as_of - interval '{{ days }} days' as ends_at
from {{ ref('int_pagerduty__as_of') }}
{{ 'union all' if not loop.last }}
{% endfor %}
