with changes as (

    select
        changed.change_event_id,
        changed.service_id,
        coalesce(services.service_name, changed.service_name) as service_name,
        changed.changed_at,
        events.summary,
        events.source,
        events.url,
        lead(changed.changed_at) over (
            partition by changed.service_id order by changed.changed_at, changed.change_event_id
        ) as next_changed_at
    from {{ ref('pagerduty__change_event_services') }} as changed
    inner join {{ ref('stg_pagerduty__change_events') }} as events
        on events.change_event_id = changed.change_event_id
    left join {{ ref('stg_pagerduty__services') }} as services
        on services.service_id = changed.service_id

), followed as (

    -- An incident counts for the last change before it, and only if that was not long ago.
    select
        changes.change_event_id,
        changes.service_id,
        incidents.incident_id,
        incidents.created_at,
        incidents.urgency,
        incidents.first_resolved_at,
        row_number() over (
            partition by changes.change_event_id, changes.service_id
            order by incidents.created_at, incidents.incident_id
        ) as place
    from changes
    inner join {{ ref('pagerduty__incidents') }} as incidents
        on incidents.service_id = changes.service_id
        and incidents.created_at >= changes.changed_at
        and incidents.created_at < changes.changed_at
            + interval '{{ var("pagerduty_change_window_hours") }} hours'
        and (changes.next_changed_at is null or incidents.created_at < changes.next_changed_at)
    where not incidents.is_merged

), counted as (

    select
        change_event_id,
        service_id,
        count(*) as incidents,
        count(*) filter (where urgency = 'high') as high_urgency_incidents,
        max(case when place = 1 then incident_id end) as first_incident_id,
        max(case when place = 1 then created_at end) as first_incident_at,
        -- Restored when all are over.
        case when count(*) = count(first_resolved_at) then max(first_resolved_at) end as restored_at
    from followed
    group by 1, 2

), related as (

    select change_event_id, count(*) as related_incidents
    from {{ ref('stg_pagerduty__incident_related_change_events') }}
    where not is_deleted
    group by 1

)

select
    changes.change_event_id || ' ' || changes.service_id as change_id,
    changes.change_event_id,
    changes.service_id,
    changes.service_name,
    changes.changed_at,
    changes.summary,
    changes.source,
    changes.url,
    coalesce(counted.incidents, 0) as incidents,
    coalesce(counted.high_urgency_incidents, 0) as high_urgency_incidents,
    coalesce(counted.incidents, 0) > 0 as is_failure,
    counted.first_incident_id,
    counted.first_incident_at,
    {{ pagerduty.minutes_between('changes.changed_at', 'counted.first_incident_at') }}
        as minutes_to_first_incident,
    counted.restored_at,
    {{ pagerduty.minutes_between('counted.first_incident_at', 'counted.restored_at') }}
        as minutes_to_restore,
    coalesce(related.related_incidents, 0) as related_incidents
from changes
left join counted
    on counted.change_event_id = changes.change_event_id
    and counted.service_id = changes.service_id
left join related on related.change_event_id = changes.change_event_id
