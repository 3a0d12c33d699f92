{{ config(materialized='table') }}

-- A zone that the database does not know would fail the query, so the account's stands in for it.
select
    users.user_id,
    users.user_name,
    coalesce(known.name, '{{ var("pagerduty_time_zone") }}') as time_zone
from {{ ref('stg_pagerduty__users') }} as users
left join (select name from {{ pagerduty.time_zones() }}) as known on known.name = users.time_zone
