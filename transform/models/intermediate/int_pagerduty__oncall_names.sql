-- People who were on call, by their names now, or the last that a shift has of them.
select
    shifts.user_id,
    coalesce(max(users.user_name), max(shifts.user_name)) as user_name
from {{ ref('stg_pagerduty__oncall_shifts') }} as shifts
left join {{ ref('stg_pagerduty__users') }} as users on users.user_id = shifts.user_id
where shifts.user_id is not null
group by 1
