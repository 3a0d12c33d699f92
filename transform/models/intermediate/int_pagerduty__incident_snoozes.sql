with turns as (

    select
        incident_id,
        event,
        happened_at as snoozed_at,
        snooze_seconds,
        lead(happened_at) over (
            partition by incident_id order by happened_at, log_entry_id
        ) as next_at
    from {{ ref('int_pagerduty__incident_events') }}
    where event in ('snooze', 'unacknowledge', 'resolve')

)

-- A snooze lasts as long as it was asked for, unless the incident is resolved, triggered again or
-- snoozed anew before, or the present comes first.
select
    turns.incident_id,
    turns.snoozed_at,
    least(
        turns.snoozed_at + turns.snooze_seconds * interval '1 second',
        turns.next_at,
        as_of.as_of
    ) as snoozed_until
from turns
cross join {{ ref('int_pagerduty__as_of') }} as as_of
where turns.event = 'snooze'
