with rules as (

    select
        escalation_policy_id,
        count(*) as level_count,
        sum(escalation_delay_minutes) as minutes_to_exhaustion
    from {{ ref('pagerduty__escalation_rules') }}
    group by 1

), used as (

    select escalation_policy_id, count(*) as service_count
    from {{ ref('stg_pagerduty__services') }}
    where not is_deleted
    group by 1

), listed as (

    select
        policies.escalation_policy_id,
        policies.escalation_policy_name,
        policies.num_loops,
        policies.is_deleted,
        coalesce(rules.level_count, 0) as level_count,
        cast(rules.minutes_to_exhaustion as bigint) as minutes_to_exhaustion,
        coalesce(used.service_count, 0) as service_count
    from {{ ref('stg_pagerduty__escalation_policies') }} as policies
    left join rules on rules.escalation_policy_id = policies.escalation_policy_id
    left join used on used.escalation_policy_id = policies.escalation_policy_id

), compared as (

    {{ pagerduty.compared(
        'listed',
        'escalation_policy_id',
        [
            'escalation_policy_name', 'num_loops', 'is_deleted', 'level_count',
            'minutes_to_exhaustion', 'service_count',
        ],
        "(select escalation_policy_id, incident_id from " ~ ref('pagerduty__incidents') ~ ")"
    ) }}

)

select * from compared
