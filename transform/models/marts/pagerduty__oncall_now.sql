with latest as (

    -- A target that cannot remove rows keeps those of earlier runs.
    select max(extracted_at) - interval '1 hour' as since
    from {{ ref('stg_pagerduty__oncalls') }}

)

select
    oncalls.oncall_id,
    oncalls.escalation_policy_id,
    coalesce(policies.escalation_policy_name, oncalls.escalation_policy_name)
        as escalation_policy_name,
    oncalls.escalation_level,
    oncalls.user_id,
    coalesce(users.user_name, oncalls.user_name) as user_name,
    oncalls.schedule_id,
    oncalls.schedule_name,
    oncalls.starts_at,
    oncalls.ends_at,
    oncalls.starts_at is null as is_permanent
from {{ ref('stg_pagerduty__oncalls') }} as oncalls
cross join latest
cross join {{ ref('int_pagerduty__as_of') }} as as_of
left join {{ ref('stg_pagerduty__users') }} as users on users.user_id = oncalls.user_id
left join {{ ref('stg_pagerduty__escalation_policies') }} as policies
    on policies.escalation_policy_id = oncalls.escalation_policy_id
where not oncalls.is_deleted
    and coalesce(oncalls.extracted_at >= latest.since, true)
    and coalesce(oncalls.starts_at <= as_of.as_of, true)
    and coalesce(oncalls.ends_at > as_of.as_of, true)
