with openings as (

    select incident_id, created_at as opened_at
    from {{ ref('stg_pagerduty__incidents') }}

    union

    select incident_id, happened_at as opened_at
    from {{ ref('int_pagerduty__incident_events') }}
    where event = 'reopen'

), ordered as (

    select
        incident_id,
        opened_at,
        row_number() over (partition by incident_id order by opened_at) as episode,
        lead(opened_at) over (partition by incident_id order by opened_at) as reopened_at
    from openings

), resolved as (

    select
        ordered.incident_id,
        ordered.episode,
        min(events.happened_at) as resolved_at
    from ordered
    inner join {{ ref('int_pagerduty__incident_events') }} as events
        on events.incident_id = ordered.incident_id
        and events.event = 'resolve'
        and events.happened_at >= ordered.opened_at
        and (ordered.reopened_at is null or events.happened_at < ordered.reopened_at)
    group by 1, 2

)

select
    ordered.incident_id,
    cast(ordered.episode as integer) as episode,
    ordered.opened_at,
    -- The incident itself knows its last resolution, also where the log entry is not loaded.
    case
        when ordered.reopened_at is null then coalesce(incidents.resolved_at, resolved.resolved_at)
        else coalesce(resolved.resolved_at, ordered.reopened_at)
    end as resolved_at
from ordered
inner join {{ ref('stg_pagerduty__incidents') }} as incidents
    on incidents.incident_id = ordered.incident_id
left join resolved
    on resolved.incident_id = ordered.incident_id
    and resolved.episode = ordered.episode
where ordered.reopened_at is not null
    or incidents.status <> 'resolved'
    or coalesce(incidents.resolved_at, resolved.resolved_at) >= ordered.opened_at
