{# How often each thing happened to an incident, by the log entries. #}

with events as (

    select
        events.*,
        incidents.created_at
    from {{ ref('int_pagerduty__incident_events') }} as events
    inner join {{ ref('stg_pagerduty__incidents') }} as incidents
        on incidents.incident_id = events.incident_id

), ranked as (

    select
        *,
        row_number() over (
            partition by incident_id, event order by happened_at, log_entry_id
        ) as place,
        row_number() over (
            partition by incident_id, event order by happened_at desc, log_entry_id desc
        ) as place_from_last
    from events

)

select
    incident_id,
    min(case when event = 'acknowledge' then happened_at end) as first_acknowledged_at,
    max(case when event = 'acknowledge' and place = 1 then agent_id end)
        as first_acknowledged_by_id,
    max(case when event = 'acknowledge' and place = 1 then agent_name end)
        as first_acknowledged_by_name,
    max(case when event = 'resolve' and place_from_last = 1 then agent_id end) as resolver_id,
    max(case when event = 'resolve' and place_from_last = 1 then agent_name end) as resolver_name,
    max(case when event = 'resolve' and place_from_last = 1 then agent_type end) as resolver_type,
    max(case when event = 'resolve' and place_from_last = 1 then channel_type end)
        as resolver_channel,
    count(*) filter (where event = 'acknowledge') as acknowledgement_count,
    count(*) filter (where event = 'unacknowledge') as unacknowledgement_count,
    count(*) filter (where event = 'escalate') as escalation_count,
    count(*) filter (where event = 'escalate' and agent_type = 'user')
        as manual_escalation_count,
    count(*) filter (where event = 'exhaust_escalation_path') as exhaustion_count,
    -- The first assignment belongs to the creation; those that a policy makes are escalations.
    count(*) filter (
        where event = 'delegate'
            or (event = 'assign' and agent_type = 'user' and happened_at > created_at)
    ) as reassignment_count,
    count(*) filter (where event = 'annotate') as note_count,
    count(*) filter (where event = 'status_update') as status_update_count,
    count(*) filter (where event = 'priority_change') as priority_change_count,
    count(*) filter (where event = 'urgency_change') as urgency_change_count,
    count(*) filter (
        where event = 'acknowledge'
            or (agent_type = 'user' and event not in ('notify', 'trigger', 'reopen'))
    ) as human_action_count
from ranked
group by 1
