-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.pagerduty_oncall_rates as
select cast(null as integer) as escalation_level, cast('business' as varchar(16)) as hours, cast('0' as numeric(12, 4)) as rate_per_hour, cast('EUR' as varchar(3)) as currency union all
select cast(null as integer) as escalation_level, cast('off' as varchar(16)) as hours, cast('0' as numeric(12, 4)) as rate_per_hour, cast('EUR' as varchar(3)) as currency union all
select cast(null as integer) as escalation_level, cast('sleep' as varchar(16)) as hours, cast('0' as numeric(12, 4)) as rate_per_hour, cast('EUR' as varchar(3)) as currency;

create or replace view pagerduty_models.int_pagerduty__as_of as
with read as (

    select max(extracted_at) as extracted_at from "pagerduty_models"."stg_pagerduty__incidents"
    union all
    select max(extracted_at) as extracted_at from "pagerduty_models"."stg_pagerduty__log_entries"
    union all
    select max(extracted_at) as extracted_at from "pagerduty_models"."stg_pagerduty__users"

)

-- Without the columns that a target adds, nobody knows when the tap read something.
select coalesce(max(extracted_at), current_timestamp at time zone 'UTC') as as_of
from read;

create or replace view pagerduty_models.int_pagerduty__incident_events as
-- A log entry never changes, so only those that were loaded since are added: of an account of
-- years, these are by far the most rows.
select
    log_entry_id,
    incident_id,
    replace(entry_type, '_log_entry', '') as event,
    created_at as happened_at,
    agent_id,
    agent_name,
    agent_type,
    channel_type,
    notification_id,
    replace(notification_type, '_notification', '') as notification_channel,
    notification_started_at,
    notification_status,
    notified_user_id,
    notified_user_name,
    snooze_seconds,
    linked_incident_id,
    extracted_at
from "pagerduty_models"."stg_pagerduty__log_entries"
where incident_id is not null;

create or replace view pagerduty_models.int_pagerduty__incident_roots as
-- A merge may be followed by a merge of its target, so the chain is followed to its end. No chain
-- is longer than the limit, unless it is a circle.
with recursive chain as (

    select
        incident_id,
        merged_into_incident_id as root_incident_id,
        1 as depth
    from "pagerduty_models"."stg_pagerduty__incidents"
    where merged_into_incident_id is not null

    union all

    select
        chain.incident_id,
        incidents.merged_into_incident_id as root_incident_id,
        chain.depth + 1 as depth
    from chain
    inner join "pagerduty_models"."stg_pagerduty__incidents" as incidents
        on incidents.incident_id = chain.root_incident_id
    where incidents.merged_into_incident_id is not null
        and chain.depth < 20

), ranked as (

    select
        incident_id,
        root_incident_id,
        row_number() over (partition by incident_id order by depth desc) as place
    from chain

)

select
    incident_id,
    root_incident_id
from ranked
where place = 1;

create or replace view pagerduty_models.int_pagerduty__incident_snoozes as
with turns as (

    select
        incident_id,
        event,
        happened_at as snoozed_at,
        snooze_seconds,
        lead(happened_at) over (
            partition by incident_id order by happened_at, log_entry_id
        ) as next_at
    from "pagerduty_models"."int_pagerduty__incident_events"
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
cross join "pagerduty_models"."int_pagerduty__as_of" as as_of
where turns.event = 'snooze';

create or replace view pagerduty_models.int_pagerduty__oncall_names as
-- People who were on call, by their names now, or the last that a shift has of them.
select
    shifts.user_id,
    coalesce(max(users.user_name), max(shifts.user_name)) as user_name
from "pagerduty_models"."stg_pagerduty__oncall_shifts" as shifts
left join "pagerduty_models"."stg_pagerduty__users" as users on users.user_id = shifts.user_id
where shifts.user_id is not null
group by 1;

create or replace view pagerduty_models.int_pagerduty__periods as
-- Each period, and the one as long before it.

select
    7 as period_days,
    'current' as period,
    as_of - interval '7 days' as starts_at,
    as_of as ends_at
from "pagerduty_models"."int_pagerduty__as_of"
union all
select
    7 as period_days,
    'previous' as period,
    as_of - interval '14 days' as starts_at,
    as_of - interval '7 days' as ends_at
from "pagerduty_models"."int_pagerduty__as_of"
union all

select
    30 as period_days,
    'current' as period,
    as_of - interval '30 days' as starts_at,
    as_of as ends_at
from "pagerduty_models"."int_pagerduty__as_of"
union all
select
    30 as period_days,
    'previous' as period,
    as_of - interval '60 days' as starts_at,
    as_of - interval '30 days' as ends_at
from "pagerduty_models"."int_pagerduty__as_of"
union all

select
    90 as period_days,
    'current' as period,
    as_of - interval '90 days' as starts_at,
    as_of as ends_at
from "pagerduty_models"."int_pagerduty__as_of"
union all
select
    90 as period_days,
    'previous' as period,
    as_of - interval '180 days' as starts_at,
    as_of - interval '90 days' as ends_at
from "pagerduty_models"."int_pagerduty__as_of";

create or replace view pagerduty_models.int_pagerduty__user_zones as
-- A zone that the database does not know would fail the query, so the account's stands in for it.
select
    users.user_id,
    users.user_name,
    coalesce(known.name, 'UTC') as time_zone
from "pagerduty_models"."stg_pagerduty__users" as users
left join (select name from pg_timezone_names) as known on known.name = users.time_zone;

create or replace view pagerduty_models.pagerduty__completeness as
with counts as (

    select * from "pagerduty_models"."stg_pagerduty__account_counts"

),

loaded as (
    select counts.stream, counts.period, count(rows_of.incident_id) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__incidents" as rows_of
        on rows_of.created_at >= counts.since and rows_of.created_at < counts.until
    where counts.stream = 'incidents'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.log_entry_id) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__log_entries" as rows_of
        on rows_of.created_at >= counts.since and rows_of.created_at < counts.until
    where counts.stream = 'log_entries'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.notification_id) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__notifications" as rows_of
        on rows_of.started_at >= counts.since and rows_of.started_at < counts.until
    where counts.stream = 'notifications'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__users" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'users'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__teams" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'teams'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__services" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'services'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__business_services" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'business_services'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__vendors" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'vendors'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__escalation_policies" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'escalation_policies'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__schedules" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'schedules'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__oncalls" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'oncalls'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__priorities" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'priorities'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__tags" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'tags'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__flexible_schedules" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'flexible_schedules'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__maintenance_windows" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'maintenance_windows'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__extensions" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'extensions'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__extension_schemas" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'extension_schemas'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__addons" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'addons'
    group by counts.stream, counts.period
    union all
    select counts.stream, counts.period, count(rows_of.is_deleted) as loaded
    from counts
    left join "pagerduty_models"."stg_pagerduty__webhook_subscriptions" as rows_of
        on not rows_of.is_deleted
        and coalesce(rows_of.extracted_at, counts.run_started_at) >= counts.run_started_at
    where counts.stream = 'webhook_subscriptions'
    group by counts.stream, counts.period

)

select
    counts.stream,
    counts.period,
    counts.since,
    counts.until,
    counts.counted_at,
    counts.records as counted,
    loaded.loaded,
    case
        when counts.records is null then 'not counted'
        when loaded.loaded is null then 'not compared'
        when loaded.loaded < counts.records then 'missing'
        when loaded.loaded > counts.records then 'surplus'
        else 'complete'
    end as status
from counts
left join loaded
    on loaded.stream = counts.stream and loaded.period = counts.period;

create or replace view pagerduty_models.pagerduty__configuration_changes as
with actors as (

    select
        audit_record_id,
        count(*) as actor_count,
        string_agg(actor_name, ', ' order by actor_name) as actor_names,
        max(actor_type) as actor_type
    from "pagerduty_models"."pagerduty__audit_record_actors"
    group by 1

), fields as (

    select
        audit_record_id,
        count(*) as field_count,
        string_agg(field_name, ', ' order by position) as field_names
    from "pagerduty_models"."pagerduty__audit_record_fields"
    group by 1

), links as (

    select
        audit_record_id,
        count(*) filter (where change = 'added') as added_count,
        count(*) filter (where change = 'removed') as removed_count
    from "pagerduty_models"."pagerduty__audit_record_references"
    group by 1

)

select
    records.audit_record_id,
    records.executed_at,
    actors.actor_names,
    actors.actor_type,
    coalesce(actors.actor_count, 0) as actor_count,
    records.method_type,
    records.action,
    records.root_resource_type,
    records.root_resource_id,
    records.root_resource_name,
    records.resource_type,
    records.resource_id,
    records.resource_name,
    fields.field_names,
    coalesce(fields.field_count, 0) as field_count,
    coalesce(links.added_count, 0) as added_count,
    coalesce(links.removed_count, 0) as removed_count,
    records.request_id
from "pagerduty_models"."stg_pagerduty__audit_records" as records
left join actors on actors.audit_record_id = records.audit_record_id
left join fields on fields.audit_record_id = records.audit_record_id
left join links on links.audit_record_id = records.audit_record_id;

create or replace view pagerduty_models.pagerduty__oncall_now as
with latest as (

    -- A target that cannot remove rows keeps those of earlier runs.
    select max(extracted_at) - interval '1 hour' as since
    from "pagerduty_models"."stg_pagerduty__oncalls"

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
from "pagerduty_models"."stg_pagerduty__oncalls" as oncalls
cross join latest
cross join "pagerduty_models"."int_pagerduty__as_of" as as_of
left join "pagerduty_models"."stg_pagerduty__users" as users on users.user_id = oncalls.user_id
left join "pagerduty_models"."stg_pagerduty__escalation_policies" as policies
    on policies.escalation_policy_id = oncalls.escalation_policy_id
where not oncalls.is_deleted
    and coalesce(oncalls.extracted_at >= latest.since, true)
    and coalesce(oncalls.starts_at <= as_of.as_of, true)
    and coalesce(oncalls.ends_at > as_of.as_of, true);

create or replace view pagerduty_models.int_pagerduty__incident_activity as
with events as (

    select
        events.*,
        incidents.created_at
    from "pagerduty_models"."int_pagerduty__incident_events" as events
    inner join "pagerduty_models"."stg_pagerduty__incidents" as incidents
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
group by 1;

create or replace view pagerduty_models.int_pagerduty__incident_episodes as
with openings as (

    select incident_id, created_at as opened_at
    from "pagerduty_models"."stg_pagerduty__incidents"

    union

    select incident_id, happened_at as opened_at
    from "pagerduty_models"."int_pagerduty__incident_events"
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
    inner join "pagerduty_models"."int_pagerduty__incident_events" as events
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
inner join "pagerduty_models"."stg_pagerduty__incidents" as incidents
    on incidents.incident_id = ordered.incident_id
left join resolved
    on resolved.incident_id = ordered.incident_id
    and resolved.episode = ordered.episode
where ordered.reopened_at is not null
    or incidents.status <> 'resolved'
    or coalesce(incidents.resolved_at, resolved.resolved_at) >= ordered.opened_at;

create or replace view pagerduty_models.int_pagerduty__notifications as
with entries as (

    select
        log_entry_id,
        incident_id,
        notification_id,
        notified_user_id as user_id,
        notified_user_name as user_name,
        coalesce(notification_started_at, happened_at) as notified_at,
        date_trunc('minute', coalesce(notification_started_at, happened_at)) as minute,
        notification_channel as channel,
        notification_status as status
    from "pagerduty_models"."int_pagerduty__incident_events"
    where event = 'notify'

), by_id as (

    select notification_id, min(incident_id) as incident_id
    from entries
    where notification_id is not null
    group by 1

), by_minute as (

    select user_id, minute, channel, min(incident_id) as incident_id
    from entries
    group by 1, 2, 3

), listed as (

    select
        notification_id,
        user_id,
        user_name,
        started_at as notified_at,
        date_trunc('minute', started_at) as minute,
        replace(notification_type, '_notification', '') as channel,
        status
    from "pagerduty_models"."stg_pagerduty__notifications"

), listed_by_minute as (

    select distinct user_id, minute, channel
    from listed

), found as (

    -- A notification does not say what it was about; its log entry does.
    select
        listed.notification_id,
        coalesce(by_id.incident_id, by_minute.incident_id) as incident_id,
        listed.user_id,
        listed.user_name,
        listed.notified_at,
        listed.channel,
        listed.status
    from listed
    left join by_id on by_id.notification_id = listed.notification_id
    left join by_minute
        on by_minute.user_id = listed.user_id
        and by_minute.minute = listed.minute
        and by_minute.channel = listed.channel

    union all

    -- Where the notifications themselves are not loaded, their log entries are all there is.
    select
        coalesce(entries.notification_id, entries.log_entry_id) as notification_id,
        entries.incident_id,
        entries.user_id,
        entries.user_name,
        entries.notified_at,
        entries.channel,
        entries.status
    from entries
    left join listed on listed.notification_id = entries.notification_id
    left join listed_by_minute
        on listed_by_minute.user_id = entries.user_id
        and listed_by_minute.minute = entries.minute
        and listed_by_minute.channel = entries.channel
    where listed.notification_id is null
        and listed_by_minute.user_id is null

)

select
    found.notification_id,
    found.incident_id,
    found.user_id,
    coalesce(zones.user_name, found.user_name) as user_name,
    found.notified_at,
    found.channel,
    found.status,
    coalesce(
        found.channel not in ('email'), true
    ) as is_interrupting,
    coalesce(zones.time_zone, 'UTC') as time_zone,
    (found.notified_at at time zone 'UTC' at time zone coalesce(zones.time_zone, 'UTC')) as local_notified_at
from found
left join "pagerduty_models"."int_pagerduty__user_zones" as zones on zones.user_id = found.user_id;

create or replace view pagerduty_models.int_pagerduty__oncall_segments as
with shifts as (

    -- What was planned when the shift was last read may have been dropped since.
    select
        user_id,
        escalation_level,
        starts_at,
        least(ends_at, extracted_at, as_of) as ends_at
    from "pagerduty_models"."stg_pagerduty__oncall_shifts"
    cross join "pagerduty_models"."int_pagerduty__as_of"
    where user_id is not null
        and starts_at < least(ends_at, extracted_at, as_of)

), counted as (

    -- No two alike: which of them comes first would not be the same in both windows below.
    select user_id, escalation_level, starts_at, ends_at from shifts
    union
    select user_id, null as escalation_level, starts_at, ends_at from shifts

), overlapping as (

    select
        *,
        max(ends_at) over (
            partition by user_id, escalation_level
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as ended_before
    from counted

), numbered as (

    select
        *,
        sum(case when starts_at <= ended_before then 0 else 1 end) over (
            partition by user_id, escalation_level
            order by starts_at, ends_at
            rows between unbounded preceding and current row
        ) as stretch
    from overlapping

), stretches as (

    select
        user_id,
        escalation_level,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from numbered
    group by user_id, escalation_level, stretch

), zoned as (

    select
        stretches.*,
        coalesce(zones.time_zone, 'UTC') as time_zone
    from stretches
    left join "pagerduty_models"."int_pagerduty__user_zones" as zones on zones.user_id = stretches.user_id

), days as (

    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        generate_series(date_trunc('day', (starts_at at time zone 'UTC' at time zone time_zone)), date_trunc('day', (ends_at at time zone 'UTC' at time zone time_zone)), interval '1 day') as local_day
    from zoned

), parts as (


    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        local_day,
        local_day + interval '0 hours' as part_starts_at,
        local_day + interval '8 hours' as part_ends_at
    from days
    union all

    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        local_day,
        local_day + interval '8 hours' as part_starts_at,
        local_day + interval '18 hours' as part_ends_at
    from days
    union all

    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        local_day,
        local_day + interval '18 hours' as part_starts_at,
        local_day + interval '22 hours' as part_ends_at
    from days
    union all

    select
        user_id,
        escalation_level,
        starts_at,
        ends_at,
        time_zone,
        local_day,
        local_day + interval '22 hours' as part_starts_at,
        local_day + interval '24 hours' as part_ends_at
    from days



), cut as (

    -- In UTC, in which a part is as long as it really was when the clocks changed.
    select
        user_id,
        escalation_level,
        time_zone,
        cast(local_day as date) as local_day,
        case when extract(hour from part_starts_at) >= 22 or extract(hour from part_starts_at) < 8 then 'sleep' when extract(isodow from part_starts_at) <= 5 and extract(hour from part_starts_at) >= 8 and extract(hour from part_starts_at) < 18 then 'business' else 'off' end as hours,
        extract(isodow from part_starts_at) > 5 as is_weekend,
        greatest(starts_at, (part_starts_at at time zone time_zone at time zone 'UTC')) as starts_at,
        least(ends_at, (part_ends_at at time zone time_zone at time zone 'UTC')) as ends_at
    from parts

)

select * from cut where starts_at < ends_at;

create or replace view pagerduty_models.pagerduty__interruptions as
with minutes as (

    select
        user_id,
        user_name,
        time_zone,
        date_trunc('minute', notified_at) as interrupted_at,
        date_trunc('minute', local_notified_at) as local_interrupted_at,
        count(*) as notification_count,
        count(distinct incident_id) as incident_count,
        min(incident_id) as incident_id,
        string_agg(distinct channel, ', ' order by channel) as channels
    from "pagerduty_models"."int_pagerduty__notifications"
    where is_interrupting
        and user_id is not null
    group by 1, 2, 3, 4, 5

), single as (

    -- A user who is no longer listed may have had several names.
    select
        *,
        row_number() over (partition by user_id, interrupted_at order by user_name) as place
    from minutes

)

select
    user_id || ' ' || cast(interrupted_at as text) as interruption_id,
    user_id,
    user_name,
    time_zone,
    interrupted_at,
    local_interrupted_at,
    case when extract(hour from local_interrupted_at) >= 22 or extract(hour from local_interrupted_at) < 8 then 'sleep' when extract(isodow from local_interrupted_at) <= 5 and extract(hour from local_interrupted_at) >= 8 and extract(hour from local_interrupted_at) < 18 then 'business' else 'off' end as hours,
    extract(isodow from local_interrupted_at) > 5 as is_weekend,
    case when case when extract(hour from local_interrupted_at) >= 22 or extract(hour from local_interrupted_at) < 8 then 'sleep' when extract(isodow from local_interrupted_at) <= 5 and extract(hour from local_interrupted_at) >= 8 and extract(hour from local_interrupted_at) < 18 then 'business' else 'off' end = 'sleep' then
        cast(
            local_interrupted_at - interval '8 hours' as date
        )
    end as night_of,
    notification_count,
    channels,
    incident_count,
    incident_id
from single
where place = 1;

create or replace view pagerduty_models.pagerduty__oncall_days as
with worked as (

    select
        user_id,
        time_zone,
        local_day,
        coalesce(sum(
            case when hours = 'business'
                then cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)
            end
        ), 0) as business_hours,
        coalesce(sum(
            case when hours = 'off'
                then cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)
            end
        ), 0) as off_hours,
        coalesce(sum(
            case when hours = 'sleep'
                then cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)
            end
        ), 0) as sleep_hours,
        sum(cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)) as oncall_hours
    from "pagerduty_models"."int_pagerduty__oncall_segments"
    where escalation_level is null
    group by 1, 2, 3

), disturbed as (

    select
        user_id,
        cast(local_interrupted_at as date) as local_day,
        count(*) as interruptions,
        count(*) filter (where hours = 'sleep') as sleep_hour_interruptions
    from "pagerduty_models"."pagerduty__interruptions"
    group by 1, 2

)

select
    worked.user_id || ' ' || cast(worked.local_day as text) as oncall_day_id,
    worked.user_id,
    users.user_name,
    worked.time_zone,
    worked.local_day,
    extract(isodow from worked.local_day) > 5 as is_weekend,
    worked.oncall_hours,
    worked.business_hours,
    worked.off_hours,
    worked.sleep_hours,
    worked.off_hours + worked.sleep_hours as hours_outside_work,
    coalesce(disturbed.interruptions, 0) as interruptions,
    coalesce(disturbed.sleep_hour_interruptions, 0) as sleep_hour_interruptions
from worked
left join disturbed
    on disturbed.user_id = worked.user_id
    and disturbed.local_day = worked.local_day
left join "pagerduty_models"."int_pagerduty__oncall_names" as users on users.user_id = worked.user_id;

create or replace view pagerduty_models.pagerduty__oncall_hours as
with worked as (

    select
        user_id,
        time_zone,
        local_day,
        escalation_level,
        coalesce(sum(
            case when hours = 'business'
                then cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)
            end
        ), 0) as business_hours,
        coalesce(sum(
            case when hours = 'off'
                then cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)
            end
        ), 0) as off_hours,
        coalesce(sum(
            case when hours = 'sleep'
                then cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)
            end
        ), 0) as sleep_hours,
        sum(cast(extract(epoch from ends_at - starts_at) / 3600.0 as double precision)) as oncall_hours
    from "pagerduty_models"."int_pagerduty__oncall_segments"
    where escalation_level is not null
    group by 1, 2, 3, 4

), rates as (

    -- A rate without a level is for those that have none of their own.
    select
        levels.escalation_level,
        rates.hours,
        rates.rate_per_hour,
        rates.currency,
        row_number() over (
            partition by levels.escalation_level, rates.hours
            order by case when rates.escalation_level is null then 1 else 0 end
        ) as place
    from (select distinct escalation_level from worked) as levels
    inner join "pagerduty_models"."pagerduty_oncall_rates" as rates
        on rates.escalation_level = levels.escalation_level
        or rates.escalation_level is null

), paid as (

    select
        escalation_level,
        max(case when hours = 'business' then rate_per_hour end) as business_rate,
        max(case when hours = 'off' then rate_per_hour end) as off_rate,
        max(case when hours = 'sleep' then rate_per_hour end) as sleep_rate,
        max(currency) as currency
    from rates
    where place = 1
    group by 1

)

select
    worked.user_id || ' ' || cast(worked.local_day as text) || ' '
        || cast(worked.escalation_level as text) as oncall_hours_id,
    worked.user_id,
    users.user_name,
    worked.time_zone,
    worked.local_day,
    extract(isodow from worked.local_day) > 5 as is_weekend,
    worked.escalation_level,
    worked.oncall_hours,
    worked.business_hours,
    worked.off_hours,
    worked.sleep_hours,
    worked.off_hours + worked.sleep_hours as hours_outside_work,
    cast(
        worked.business_hours * coalesce(paid.business_rate, 0)
        + worked.off_hours * coalesce(paid.off_rate, 0)
        + worked.sleep_hours * coalesce(paid.sleep_rate, 0)
        as double precision
    ) as pay,
    paid.currency
from worked
left join paid on paid.escalation_level = worked.escalation_level
left join "pagerduty_models"."int_pagerduty__oncall_names" as users on users.user_id = worked.user_id;

create or replace view pagerduty_models.int_pagerduty__incident_engagements as
with engaged as (

    select
        incident_id,
        agent_id as user_id,
        happened_at as engaged_at
    from "pagerduty_models"."int_pagerduty__incident_events"
    where event = 'acknowledge'
        and agent_type = 'user'

    union all

    select
        incident_id,
        user_id,
        updated_at as engaged_at
    from "pagerduty_models"."pagerduty__incident_responders"
    where state = 'joined'

)

select
    engaged.incident_id,
    engaged.user_id,
    min(engaged.engaged_at) as engaged_at,
    -- Before the incident was over for the first time.
    min(
        case when engaged.engaged_at <= first_episode.resolved_at or first_episode.resolved_at is null
            then engaged.engaged_at
        end
    ) as first_episode_engaged_at
from engaged
left join "pagerduty_models"."int_pagerduty__incident_episodes" as first_episode
    on first_episode.incident_id = engaged.incident_id
    and first_episode.episode = 1
where engaged.user_id is not null
group by 1, 2;

create or replace view pagerduty_models.int_pagerduty__incident_interruptions as
with interruptions as (

    -- All that reaches a person about an incident within a minute is one interruption.
    select distinct
        incident_id,
        user_id,
        date_trunc('minute', local_notified_at) as local_interrupted_at
    from "pagerduty_models"."int_pagerduty__notifications"
    where is_interrupting
        and incident_id is not null
        and user_id is not null

), judged as (

    select
        incident_id,
        case when extract(hour from local_interrupted_at) >= 22 or extract(hour from local_interrupted_at) < 8 then 'sleep' when extract(isodow from local_interrupted_at) <= 5 and extract(hour from local_interrupted_at) >= 8 and extract(hour from local_interrupted_at) < 18 then 'business' else 'off' end as hours
    from interruptions

)

select
    incident_id,
    count(*) as interruption_count,
    count(*) filter (where hours = 'business') as business_hour_interruption_count,
    count(*) filter (where hours = 'off') as off_hour_interruption_count,
    count(*) filter (where hours = 'sleep') as sleep_hour_interruption_count
from judged
group by 1;

create or replace view pagerduty_models.pagerduty__incidents as
with incidents as (

    select * from "pagerduty_models"."stg_pagerduty__incidents"

), teams as (

    select
        involved.incident_id,
        string_agg(coalesce(teams.team_name, involved.team_name), ', ' order by involved.position)
            as team_names
    from "pagerduty_models"."pagerduty__incident_teams" as involved
    left join "pagerduty_models"."stg_pagerduty__teams" as teams on teams.team_id = involved.team_id
    group by 1

), episodes as (

    select
        episodes.incident_id,
        max(case when episode = 1 then resolved_at end) as first_resolved_at,
        min(case when episode = 2 then opened_at end) as first_reopened_at,
        count(*) - 1 as reopen_count,
        sum(cast(extract(epoch from greatest(opened_at, coalesce(resolved_at, as_of.as_of)) - opened_at) / 60.0 as double precision)) as minutes_open
    from "pagerduty_models"."int_pagerduty__incident_episodes" as episodes
    cross join "pagerduty_models"."int_pagerduty__as_of" as as_of
    group by 1

), engagements as (

    select
        engagements.incident_id,
        count(*) as engaged_user_count,
        count(first_episode_engaged_at) as first_episode_users,
        min(engaged_at) as first_engaged_at,
        max(engaged_at) as last_engaged_at,
        min(first_episode_engaged_at) as first_episode_first_engaged_at,
        max(first_episode_engaged_at) as first_episode_last_engaged_at,
        sum(
            cast(extract(epoch from greatest(engaged_at, coalesce(incidents.resolved_at, as_of.as_of)) - engaged_at) / 60.0 as double precision)
        ) as engaged_minutes
    from "pagerduty_models"."int_pagerduty__incident_engagements" as engagements
    inner join incidents on incidents.incident_id = engagements.incident_id
    cross join "pagerduty_models"."int_pagerduty__as_of" as as_of
    group by 1

), snoozes as (

    select
        incident_id,
        count(*) as snooze_count,
        sum(cast(extract(epoch from snoozed_until - snoozed_at) / 60.0 as double precision)) as snoozed_minutes
    from "pagerduty_models"."int_pagerduty__incident_snoozes"
    group by 1

), notifications as (

    select incident_id, count(*) as notification_count
    from "pagerduty_models"."int_pagerduty__notifications"
    where incident_id is not null
    group by 1

), merged as (

    select root_incident_id as incident_id, count(*) as merged_incident_count
    from "pagerduty_models"."int_pagerduty__incident_roots"
    group by 1

), custom as (

    select
        incident_id,
        cast(jsonb_object_agg(field_name, value) as text) as custom_fields
    from "pagerduty_models"."stg_pagerduty__incident_custom_field_values"
    where field_name is not null
        and value is not null
        and not is_deleted
    group by 1

), judged as (

    select
        incidents.*,
        incidents.status <> 'resolved' as is_open,
        coalesce(incidents.resolve_reason = 'merge_resolve_reason', false) as is_merged,
        case
            when incidents.status <> 'resolved' then null
            when incidents.resolve_reason = 'merge_resolve_reason' then 'merge'
            when coalesce(incidents.last_status_change_by_type, activity.resolver_type) = 'user'
                then 'person'
            when activity.resolver_channel = 'timeout' then 'timeout'
            when coalesce(incidents.last_status_change_by_type, activity.resolver_type) is null
                then 'unknown'
            else 'automatic'
        end as resolved_how
    from incidents
    left join "pagerduty_models"."int_pagerduty__incident_activity" as activity
        on activity.incident_id = incidents.incident_id

)

select
    judged.incident_id,
    judged.incident_number,
    judged.title,
    judged.url,
    judged.status,
    judged.urgency,
    judged.priority_id,
    judged.priority_name,
    judged.incident_type,
    judged.service_id,
    coalesce(services.service_name, judged.service_name) as service_name,
    judged.escalation_policy_id,
    coalesce(policies.escalation_policy_name, judged.escalation_policy_name)
        as escalation_policy_name,
    teams.team_names,

    judged.created_at,
    activity.first_acknowledged_at,
    activity.first_acknowledged_by_id,
    coalesce(acknowledgers.user_name, activity.first_acknowledged_by_name)
        as first_acknowledged_by_name,
    episodes.first_resolved_at,
    episodes.first_reopened_at,
    judged.resolved_at,
    case when not judged.is_open
        then coalesce(judged.last_status_change_by_id, activity.resolver_id)
    end as resolved_by_id,
    case when not judged.is_open
        then coalesce(judged.last_status_change_by_name, activity.resolver_name)
    end as resolved_by_name,
    judged.resolved_how,
    judged.updated_at,

    judged.is_open,
    judged.is_merged,
    judged.merged_into_incident_id,
    coalesce(roots.root_incident_id, judged.incident_id) as root_incident_id,
    coalesce(merged.merged_incident_count, 0) as merged_incident_count,
    coalesce(episodes.reopen_count, 0) > 0 as is_reopened,
    coalesce(judged.resolved_how in ('automatic', 'timeout'), false) as is_auto_resolved,
    -- Somebody acknowledged, resolved, reassigned, noted or changed something.
    coalesce(activity.human_action_count, 0) > 0
        or coalesce(judged.resolved_how in ('person', 'merge'), false) as is_acted_on,
    coalesce(judged.resolved_how in ('automatic', 'timeout'), false)
        and coalesce(activity.acknowledgement_count, 0) = 0 as is_noise,

    case
        when activity.first_acknowledged_at <= coalesce(
            episodes.first_resolved_at, activity.first_acknowledged_at
        ) then cast(extract(epoch from activity.first_acknowledged_at - judged.created_at) / 60.0 as double precision)
    end as minutes_to_acknowledge,
    cast(extract(epoch from activity.first_acknowledged_at - judged.created_at) / 60.0 as double precision)
        as minutes_to_acknowledge_with_reopening,
    case when engagements.first_episode_users > 1 then cast(extract(epoch from engagements.first_episode_last_engaged_at - engagements.first_episode_first_engaged_at) / 60.0 as double precision) end as minutes_to_engage,
    case when engagements.engaged_user_count > 1 then cast(extract(epoch from engagements.last_engaged_at - engagements.first_engaged_at) / 60.0 as double precision) end as minutes_to_engage_with_reopening,
    case when engagements.engaged_user_count > 1 then cast(extract(epoch from engagements.last_engaged_at - judged.created_at) / 60.0 as double precision) end as minutes_to_mobilize,
    cast(extract(epoch from episodes.first_resolved_at - judged.created_at) / 60.0 as double precision)
        as minutes_to_first_resolve,
    cast(extract(epoch from judged.resolved_at - judged.created_at) / 60.0 as double precision)
        as minutes_to_resolve,
    coalesce(episodes.minutes_open, 0) as minutes_open,
    coalesce(engagements.engaged_minutes, 0) as engaged_minutes,
    coalesce(snoozes.snoozed_minutes, 0) as snoozed_minutes,

    coalesce(judged.alert_count, 0) as alert_count,
    coalesce(activity.acknowledgement_count, 0) as acknowledgement_count,
    coalesce(activity.unacknowledgement_count, 0) as unacknowledgement_count,
    coalesce(episodes.reopen_count, 0) as reopen_count,
    coalesce(activity.escalation_count, 0) as escalation_count,
    coalesce(activity.manual_escalation_count, 0) as manual_escalation_count,
    coalesce(activity.escalation_count - activity.manual_escalation_count, 0)
        as timeout_escalation_count,
    coalesce(activity.exhaustion_count, 0) as exhaustion_count,
    coalesce(activity.reassignment_count, 0) as reassignment_count,
    coalesce(activity.note_count, 0) as note_count,
    coalesce(activity.status_update_count, 0) as status_update_count,
    coalesce(activity.priority_change_count, 0) as priority_change_count,
    coalesce(activity.urgency_change_count, 0) as urgency_change_count,
    coalesce(snoozes.snooze_count, 0) as snooze_count,
    coalesce(engagements.engaged_user_count, 0) as engaged_user_count,
    coalesce(notifications.notification_count, 0) as notification_count,
    coalesce(interruptions.interruption_count, 0) as interruption_count,
    coalesce(interruptions.business_hour_interruption_count, 0) as business_hour_interruption_count,
    coalesce(interruptions.off_hour_interruption_count, 0) as off_hour_interruption_count,
    coalesce(interruptions.sleep_hour_interruption_count, 0) as sleep_hour_interruption_count,
    custom.custom_fields,
    judged.extracted_at
from judged
left join "pagerduty_models"."int_pagerduty__incident_activity" as activity
    on activity.incident_id = judged.incident_id
left join "pagerduty_models"."int_pagerduty__incident_roots" as roots
    on roots.incident_id = judged.incident_id
left join merged on merged.incident_id = judged.incident_id
left join teams on teams.incident_id = judged.incident_id
left join episodes on episodes.incident_id = judged.incident_id
left join engagements on engagements.incident_id = judged.incident_id
left join snoozes on snoozes.incident_id = judged.incident_id
left join notifications on notifications.incident_id = judged.incident_id
left join "pagerduty_models"."int_pagerduty__incident_interruptions" as interruptions
    on interruptions.incident_id = judged.incident_id
left join custom on custom.incident_id = judged.incident_id
left join "pagerduty_models"."stg_pagerduty__services" as services
    on services.service_id = judged.service_id
left join "pagerduty_models"."stg_pagerduty__escalation_policies" as policies
    on policies.escalation_policy_id = judged.escalation_policy_id
left join "pagerduty_models"."stg_pagerduty__users" as acknowledgers
    on acknowledgers.user_id = activity.first_acknowledged_by_id;

create or replace view pagerduty_models.pagerduty__service_days as
with incidents as (

    select
        *,
        cast((created_at at time zone 'UTC' at time zone 'UTC') as date) as local_day
    from "pagerduty_models"."pagerduty__incidents"
    where service_id is not null

), spans as (

    select
        service_id,
        max(service_name) as service_name,
        min(created_at) as first_created_at
    from incidents
    group by 1

), days as (

    select
        spans.service_id,
        spans.service_name,
        cast(generate_series(date_trunc('day', (spans.first_created_at at time zone 'UTC' at time zone 'UTC')), date_trunc('day', (as_of.as_of at time zone 'UTC' at time zone 'UTC')), interval '1 day') as date) as local_day
    from spans
    cross join "pagerduty_models"."int_pagerduty__as_of" as as_of

), created as (

    select
        service_id,
        local_day,
        cast(count(*) filter (where not is_merged) as bigint) as incidents,
        cast(count(*) filter (where not is_merged and urgency = 'high') as bigint) as high_urgency_incidents,
        cast(count(*) filter (where not is_merged and minutes_to_acknowledge is not null) as bigint) as acknowledged_incidents,
        cast(count(*) filter (where not is_merged and not is_open) as bigint) as resolved_incidents,
        cast(count(*) filter (where not is_merged and is_reopened) as bigint) as reopened_incidents,
        cast(count(*) filter (where not is_merged and escalation_count > 0) as bigint) as escalated_incidents,
        cast(count(*) filter (where not is_merged and exhaustion_count > 0) as bigint) as exhausted_incidents,
        cast(count(*) filter (where not is_merged and not is_acted_on) as bigint) as unattended_incidents,
        cast(count(*) filter (where is_noise) as bigint) as noise_incidents,
        cast(coalesce(sum(escalation_count), 0) as bigint) as escalations,
        cast(coalesce(sum(notification_count), 0) as bigint) as notifications,
        cast(coalesce(sum(interruption_count), 0) as bigint) as interruptions,
        cast(coalesce(sum(business_hour_interruption_count), 0) as bigint) as business_hour_interruptions,
        cast(coalesce(sum(off_hour_interruption_count), 0) as bigint) as off_hour_interruptions,
        cast(coalesce(sum(sleep_hour_interruption_count), 0) as bigint) as sleep_hour_interruptions,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_acknowledge end) as p50_minutes_to_acknowledge,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_acknowledge end) as p90_minutes_to_acknowledge,
        avg(case when not is_merged then minutes_to_acknowledge end) as mean_minutes_to_acknowledge,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_resolve end) as p50_minutes_to_resolve,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_resolve end) as p90_minutes_to_resolve,
        avg(case when not is_merged then minutes_to_resolve end) as mean_minutes_to_resolve
    from incidents
    group by 1, 2

), turns as (

    select
        incidents.service_id,
        cast((episodes.opened_at at time zone 'UTC' at time zone 'UTC') as date) as local_day,
        1 as opened
    from "pagerduty_models"."int_pagerduty__incident_episodes" as episodes
    inner join incidents on incidents.incident_id = episodes.incident_id

    union all

    select
        incidents.service_id,
        cast((episodes.resolved_at at time zone 'UTC' at time zone 'UTC') as date) as local_day,
        -1 as opened
    from "pagerduty_models"."int_pagerduty__incident_episodes" as episodes
    inner join incidents on incidents.incident_id = episodes.incident_id
    where episodes.resolved_at is not null

), balance as (

    select service_id, local_day, sum(opened) as opened
    from turns
    group by 1, 2

), changes as (

    select
        service_id,
        cast((changed_at at time zone 'UTC' at time zone 'UTC') as date) as local_day,
        count(*) as change_events
    from "pagerduty_models"."pagerduty__change_event_services"
    group by 1, 2

)

select
    days.service_id || ' ' || cast(days.local_day as text) as service_day_id,
    days.service_id,
    days.service_name,
    days.local_day,
    coalesce(created.incidents, 0) as incidents,
    coalesce(created.high_urgency_incidents, 0) as high_urgency_incidents,
    coalesce(created.acknowledged_incidents, 0) as acknowledged_incidents,
    coalesce(created.resolved_incidents, 0) as resolved_incidents,
    coalesce(created.reopened_incidents, 0) as reopened_incidents,
    coalesce(created.escalated_incidents, 0) as escalated_incidents,
    coalesce(created.exhausted_incidents, 0) as exhausted_incidents,
    coalesce(created.unattended_incidents, 0) as unattended_incidents,
    coalesce(created.noise_incidents, 0) as noise_incidents,
    coalesce(created.escalations, 0) as escalations,
    coalesce(created.notifications, 0) as notifications,
    coalesce(created.interruptions, 0) as interruptions,
    coalesce(created.business_hour_interruptions, 0) as business_hour_interruptions,
    coalesce(created.off_hour_interruptions, 0) as off_hour_interruptions,
    coalesce(created.sleep_hour_interruptions, 0) as sleep_hour_interruptions,
    created.p50_minutes_to_acknowledge,
    created.p90_minutes_to_acknowledge,
    created.mean_minutes_to_acknowledge,
    created.p50_minutes_to_resolve,
    created.p90_minutes_to_resolve,
    created.mean_minutes_to_resolve,
    cast(
        sum(coalesce(balance.opened, 0)) over (
            partition by days.service_id
            order by days.local_day
            rows between unbounded preceding and current row
        ) as bigint
    ) as open_incidents_at_end,
    coalesce(changes.change_events, 0) as change_events
from days
left join created on created.service_id = days.service_id and created.local_day = days.local_day
left join balance on balance.service_id = days.service_id and balance.local_day = days.local_day
left join changes on changes.service_id = days.service_id and changes.local_day = days.local_day;

create or replace view pagerduty_models.pagerduty__services as
with teams as (

    select
        owners.service_id,
        string_agg(coalesce(teams.team_name, owners.team_name), ', ' order by owners.position)
            as team_names
    from "pagerduty_models"."pagerduty__service_teams" as owners
    left join "pagerduty_models"."stg_pagerduty__teams" as teams on teams.team_id = owners.team_id
    group by 1

), open_now as (

    select service_id, count(*) as open_incidents_now
    from "pagerduty_models"."pagerduty__incidents"
    where is_open
    group by 1

), listed as (

    select
        services.service_id,
        services.service_name,
        services.status,
        services.escalation_policy_id,
        services.escalation_policy_name,
        teams.team_names,
        services.is_deleted,
        coalesce(open_now.open_incidents_now, 0) as open_incidents_now
    from "pagerduty_models"."stg_pagerduty__services" as services
    left join teams on teams.service_id = services.service_id
    left join open_now on open_now.service_id = services.service_id

), compared as (


with measured as (

    select
        members.service_id,
        periods.period_days,
        periods.period,
        cast(count(*) filter (where not is_merged) as bigint) as incidents,
        cast(count(*) filter (where not is_merged and urgency = 'high') as bigint) as high_urgency_incidents,
        cast(count(*) filter (where not is_merged and minutes_to_acknowledge is not null) as bigint) as acknowledged_incidents,
        cast(count(*) filter (where not is_merged and not is_open) as bigint) as resolved_incidents,
        cast(count(*) filter (where not is_merged and is_open) as bigint) as open_incidents,
        cast(count(*) filter (where not is_merged and is_reopened) as bigint) as reopened_incidents,
        cast(count(*) filter (where not is_merged and escalation_count > 0) as bigint) as escalated_incidents,
        cast(count(*) filter (where not is_merged and exhaustion_count > 0) as bigint) as exhausted_incidents,
        cast(count(*) filter (where not is_merged and not is_acted_on) as bigint) as unattended_incidents,
        cast(count(*) filter (where is_noise) as bigint) as noise_incidents,
        cast(coalesce(sum(escalation_count), 0) as bigint) as escalations,
        cast(coalesce(sum(notification_count), 0) as bigint) as notifications,
        cast(coalesce(sum(interruption_count), 0) as bigint) as interruptions,
        cast(coalesce(sum(business_hour_interruption_count), 0) as bigint) as business_hour_interruptions,
        cast(coalesce(sum(off_hour_interruption_count), 0) as bigint) as off_hour_interruptions,
        cast(coalesce(sum(sleep_hour_interruption_count), 0) as bigint) as sleep_hour_interruptions,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_acknowledge end) as p50_minutes_to_acknowledge,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_acknowledge end) as p90_minutes_to_acknowledge,
        avg(case when not is_merged then minutes_to_acknowledge end) as mean_minutes_to_acknowledge,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_resolve end) as p50_minutes_to_resolve,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_resolve end) as p90_minutes_to_resolve,
        avg(case when not is_merged then minutes_to_resolve end) as mean_minutes_to_resolve
    from "pagerduty_models"."pagerduty__incidents" as incidents
    inner join (select service_id, incident_id from "pagerduty_models"."pagerduty__incidents") as members on members.incident_id = incidents.incident_id
    inner join "pagerduty_models"."int_pagerduty__periods" as periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    group by 1, 2, 3

)

select
    things.service_id,
    things.service_name,
    things.status,
    things.escalation_policy_id,
    things.escalation_policy_name,
    things.team_names,
    things.is_deleted,
    things.open_incidents_now,
    periods.period_days,
    periods.starts_at as period_starts_at,
    periods.ends_at as period_ends_at,
    coalesce(now.incidents, 0) as incidents,
    coalesce(now.high_urgency_incidents, 0) as high_urgency_incidents,
    coalesce(now.acknowledged_incidents, 0) as acknowledged_incidents,
    coalesce(now.resolved_incidents, 0) as resolved_incidents,
    coalesce(now.open_incidents, 0) as open_incidents,
    coalesce(now.reopened_incidents, 0) as reopened_incidents,
    coalesce(now.escalated_incidents, 0) as escalated_incidents,
    coalesce(now.exhausted_incidents, 0) as exhausted_incidents,
    coalesce(now.unattended_incidents, 0) as unattended_incidents,
    coalesce(now.noise_incidents, 0) as noise_incidents,
    coalesce(now.escalations, 0) as escalations,
    coalesce(now.notifications, 0) as notifications,
    coalesce(now.interruptions, 0) as interruptions,
    coalesce(now.business_hour_interruptions, 0) as business_hour_interruptions,
    coalesce(now.off_hour_interruptions, 0) as off_hour_interruptions,
    coalesce(now.sleep_hour_interruptions, 0) as sleep_hour_interruptions,
    now.p50_minutes_to_acknowledge as p50_minutes_to_acknowledge,
    now.p90_minutes_to_acknowledge as p90_minutes_to_acknowledge,
    now.mean_minutes_to_acknowledge as mean_minutes_to_acknowledge,
    now.p50_minutes_to_resolve as p50_minutes_to_resolve,
    now.p90_minutes_to_resolve as p90_minutes_to_resolve,
    now.mean_minutes_to_resolve as mean_minutes_to_resolve,
    coalesce(before.incidents, 0) as previous_incidents,
    coalesce(before.high_urgency_incidents, 0) as previous_high_urgency_incidents,
    coalesce(before.acknowledged_incidents, 0) as previous_acknowledged_incidents,
    coalesce(before.resolved_incidents, 0) as previous_resolved_incidents,
    coalesce(before.open_incidents, 0) as previous_open_incidents,
    coalesce(before.reopened_incidents, 0) as previous_reopened_incidents,
    coalesce(before.escalated_incidents, 0) as previous_escalated_incidents,
    coalesce(before.exhausted_incidents, 0) as previous_exhausted_incidents,
    coalesce(before.unattended_incidents, 0) as previous_unattended_incidents,
    coalesce(before.noise_incidents, 0) as previous_noise_incidents,
    coalesce(before.escalations, 0) as previous_escalations,
    coalesce(before.notifications, 0) as previous_notifications,
    coalesce(before.interruptions, 0) as previous_interruptions,
    coalesce(before.business_hour_interruptions, 0) as previous_business_hour_interruptions,
    coalesce(before.off_hour_interruptions, 0) as previous_off_hour_interruptions,
    coalesce(before.sleep_hour_interruptions, 0) as previous_sleep_hour_interruptions,
    before.p50_minutes_to_acknowledge as previous_p50_minutes_to_acknowledge,
    before.p90_minutes_to_acknowledge as previous_p90_minutes_to_acknowledge,
    before.mean_minutes_to_acknowledge as previous_mean_minutes_to_acknowledge,
    before.p50_minutes_to_resolve as previous_p50_minutes_to_resolve,
    before.p90_minutes_to_resolve as previous_p90_minutes_to_resolve,
    before.mean_minutes_to_resolve as previous_mean_minutes_to_resolve
from listed as things
cross join "pagerduty_models"."int_pagerduty__periods" as periods
left join measured as now
    on now.service_id = things.service_id
    and now.period_days = periods.period_days
    and now.period = 'current'
left join measured as before
    on before.service_id = things.service_id
    and before.period_days = periods.period_days
    and before.period = 'previous'
where periods.period = 'current'

)

select * from compared;

create or replace view pagerduty_models.pagerduty__teams as
with members as (

    select team_id, count(*) as member_count
    from "pagerduty_models"."pagerduty__user_teams"
    group by 1

), owned as (

    select team_id, count(*) as service_count
    from "pagerduty_models"."pagerduty__service_teams"
    group by 1

), open_now as (

    select involved.team_id, count(*) as open_incidents_now
    from "pagerduty_models"."pagerduty__incident_teams" as involved
    inner join "pagerduty_models"."pagerduty__incidents" as incidents
        on incidents.incident_id = involved.incident_id
    where incidents.is_open
    group by 1

), listed as (

    select
        teams.team_id,
        teams.team_name,
        teams.is_deleted,
        coalesce(members.member_count, 0) as member_count,
        coalesce(owned.service_count, 0) as service_count,
        coalesce(open_now.open_incidents_now, 0) as open_incidents_now
    from "pagerduty_models"."stg_pagerduty__teams" as teams
    left join members on members.team_id = teams.team_id
    left join owned on owned.team_id = teams.team_id
    left join open_now on open_now.team_id = teams.team_id

), compared as (


with measured as (

    select
        members.team_id,
        periods.period_days,
        periods.period,
        cast(count(*) filter (where not is_merged) as bigint) as incidents,
        cast(count(*) filter (where not is_merged and urgency = 'high') as bigint) as high_urgency_incidents,
        cast(count(*) filter (where not is_merged and minutes_to_acknowledge is not null) as bigint) as acknowledged_incidents,
        cast(count(*) filter (where not is_merged and not is_open) as bigint) as resolved_incidents,
        cast(count(*) filter (where not is_merged and is_open) as bigint) as open_incidents,
        cast(count(*) filter (where not is_merged and is_reopened) as bigint) as reopened_incidents,
        cast(count(*) filter (where not is_merged and escalation_count > 0) as bigint) as escalated_incidents,
        cast(count(*) filter (where not is_merged and exhaustion_count > 0) as bigint) as exhausted_incidents,
        cast(count(*) filter (where not is_merged and not is_acted_on) as bigint) as unattended_incidents,
        cast(count(*) filter (where is_noise) as bigint) as noise_incidents,
        cast(coalesce(sum(escalation_count), 0) as bigint) as escalations,
        cast(coalesce(sum(notification_count), 0) as bigint) as notifications,
        cast(coalesce(sum(interruption_count), 0) as bigint) as interruptions,
        cast(coalesce(sum(business_hour_interruption_count), 0) as bigint) as business_hour_interruptions,
        cast(coalesce(sum(off_hour_interruption_count), 0) as bigint) as off_hour_interruptions,
        cast(coalesce(sum(sleep_hour_interruption_count), 0) as bigint) as sleep_hour_interruptions,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_acknowledge end) as p50_minutes_to_acknowledge,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_acknowledge end) as p90_minutes_to_acknowledge,
        avg(case when not is_merged then minutes_to_acknowledge end) as mean_minutes_to_acknowledge,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_resolve end) as p50_minutes_to_resolve,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_resolve end) as p90_minutes_to_resolve,
        avg(case when not is_merged then minutes_to_resolve end) as mean_minutes_to_resolve
    from "pagerduty_models"."pagerduty__incidents" as incidents
    inner join (select distinct team_id, incident_id from "pagerduty_models"."pagerduty__incident_teams") as members on members.incident_id = incidents.incident_id
    inner join "pagerduty_models"."int_pagerduty__periods" as periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    group by 1, 2, 3

)

select
    things.team_id,
    things.team_name,
    things.is_deleted,
    things.member_count,
    things.service_count,
    things.open_incidents_now,
    periods.period_days,
    periods.starts_at as period_starts_at,
    periods.ends_at as period_ends_at,
    coalesce(now.incidents, 0) as incidents,
    coalesce(now.high_urgency_incidents, 0) as high_urgency_incidents,
    coalesce(now.acknowledged_incidents, 0) as acknowledged_incidents,
    coalesce(now.resolved_incidents, 0) as resolved_incidents,
    coalesce(now.open_incidents, 0) as open_incidents,
    coalesce(now.reopened_incidents, 0) as reopened_incidents,
    coalesce(now.escalated_incidents, 0) as escalated_incidents,
    coalesce(now.exhausted_incidents, 0) as exhausted_incidents,
    coalesce(now.unattended_incidents, 0) as unattended_incidents,
    coalesce(now.noise_incidents, 0) as noise_incidents,
    coalesce(now.escalations, 0) as escalations,
    coalesce(now.notifications, 0) as notifications,
    coalesce(now.interruptions, 0) as interruptions,
    coalesce(now.business_hour_interruptions, 0) as business_hour_interruptions,
    coalesce(now.off_hour_interruptions, 0) as off_hour_interruptions,
    coalesce(now.sleep_hour_interruptions, 0) as sleep_hour_interruptions,
    now.p50_minutes_to_acknowledge as p50_minutes_to_acknowledge,
    now.p90_minutes_to_acknowledge as p90_minutes_to_acknowledge,
    now.mean_minutes_to_acknowledge as mean_minutes_to_acknowledge,
    now.p50_minutes_to_resolve as p50_minutes_to_resolve,
    now.p90_minutes_to_resolve as p90_minutes_to_resolve,
    now.mean_minutes_to_resolve as mean_minutes_to_resolve,
    coalesce(before.incidents, 0) as previous_incidents,
    coalesce(before.high_urgency_incidents, 0) as previous_high_urgency_incidents,
    coalesce(before.acknowledged_incidents, 0) as previous_acknowledged_incidents,
    coalesce(before.resolved_incidents, 0) as previous_resolved_incidents,
    coalesce(before.open_incidents, 0) as previous_open_incidents,
    coalesce(before.reopened_incidents, 0) as previous_reopened_incidents,
    coalesce(before.escalated_incidents, 0) as previous_escalated_incidents,
    coalesce(before.exhausted_incidents, 0) as previous_exhausted_incidents,
    coalesce(before.unattended_incidents, 0) as previous_unattended_incidents,
    coalesce(before.noise_incidents, 0) as previous_noise_incidents,
    coalesce(before.escalations, 0) as previous_escalations,
    coalesce(before.notifications, 0) as previous_notifications,
    coalesce(before.interruptions, 0) as previous_interruptions,
    coalesce(before.business_hour_interruptions, 0) as previous_business_hour_interruptions,
    coalesce(before.off_hour_interruptions, 0) as previous_off_hour_interruptions,
    coalesce(before.sleep_hour_interruptions, 0) as previous_sleep_hour_interruptions,
    before.p50_minutes_to_acknowledge as previous_p50_minutes_to_acknowledge,
    before.p90_minutes_to_acknowledge as previous_p90_minutes_to_acknowledge,
    before.mean_minutes_to_acknowledge as previous_mean_minutes_to_acknowledge,
    before.p50_minutes_to_resolve as previous_p50_minutes_to_resolve,
    before.p90_minutes_to_resolve as previous_p90_minutes_to_resolve,
    before.mean_minutes_to_resolve as previous_mean_minutes_to_resolve
from listed as things
cross join "pagerduty_models"."int_pagerduty__periods" as periods
left join measured as now
    on now.team_id = things.team_id
    and now.period_days = periods.period_days
    and now.period = 'current'
left join measured as before
    on before.team_id = things.team_id
    and before.period_days = periods.period_days
    and before.period = 'previous'
where periods.period = 'current'

)

select * from compared;

create or replace view pagerduty_models.pagerduty__users as
with periods as (

    select * from "pagerduty_models"."int_pagerduty__periods"

), teams as (

    select
        memberships.user_id,
        string_agg(
            coalesce(teams.team_name, memberships.team_name), ', ' order by memberships.position
        ) as team_names
    from "pagerduty_models"."pagerduty__user_teams" as memberships
    left join "pagerduty_models"."stg_pagerduty__teams" as teams on teams.team_id = memberships.team_id
    group by 1

), interrupted as (

    select
        interruptions.user_id,
        periods.period_days,
        periods.period,
        count(*) as interruptions,
        count(*) filter (where hours = 'business') as business_hour_interruptions,
        count(*) filter (where hours = 'off') as off_hour_interruptions,
        count(*) filter (where hours = 'sleep') as sleep_hour_interruptions,
        count(distinct night_of) as disturbed_nights,
        count(*) filter (where is_weekend) as weekend_interruptions
    from "pagerduty_models"."pagerduty__interruptions" as interruptions
    inner join periods
        on interruptions.interrupted_at >= periods.starts_at
        and interruptions.interrupted_at < periods.ends_at
    group by 1, 2, 3

), acknowledged as (

    select
        incidents.first_acknowledged_by_id as user_id,
        periods.period_days,
        periods.period,
        count(*) as acknowledged_incidents,
        percentile_cont(0.5) within group (order by minutes_to_acknowledge) as p50_minutes_to_acknowledge,
        percentile_cont(0.9) within group (order by minutes_to_acknowledge) as p90_minutes_to_acknowledge,
        avg(minutes_to_acknowledge) as mean_minutes_to_acknowledge
    from "pagerduty_models"."pagerduty__incidents" as incidents
    inner join periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    where not incidents.is_merged
    group by 1, 2, 3

), resolved as (

    select
        incidents.resolved_by_id as user_id,
        periods.period_days,
        periods.period,
        count(*) as resolved_incidents
    from "pagerduty_models"."pagerduty__incidents" as incidents
    inner join periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    where incidents.resolved_how = 'person'
    group by 1, 2, 3

), engaged as (

    select
        engagements.user_id,
        periods.period_days,
        periods.period,
        count(*) as engaged_incidents
    from "pagerduty_models"."int_pagerduty__incident_engagements" as engagements
    inner join "pagerduty_models"."pagerduty__incidents" as incidents
        on incidents.incident_id = engagements.incident_id
    inner join periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    where not incidents.is_merged
    group by 1, 2, 3

), oncall as (

    select
        segments.user_id,
        periods.period_days,
        periods.period,
        sum(cast(extract(epoch from least(segments.ends_at, periods.ends_at) - greatest(segments.starts_at, periods.starts_at)) / 3600.0 as double precision)) as oncall_hours,
        coalesce(sum(case when segments.hours = 'business' then cast(extract(epoch from least(segments.ends_at, periods.ends_at) - greatest(segments.starts_at, periods.starts_at)) / 3600.0 as double precision) end), 0) as oncall_business_hours,
        coalesce(sum(case when segments.hours = 'off' then cast(extract(epoch from least(segments.ends_at, periods.ends_at) - greatest(segments.starts_at, periods.starts_at)) / 3600.0 as double precision) end), 0) as oncall_off_hours,
        coalesce(sum(case when segments.hours = 'sleep' then cast(extract(epoch from least(segments.ends_at, periods.ends_at) - greatest(segments.starts_at, periods.starts_at)) / 3600.0 as double precision) end), 0) as oncall_sleep_hours
    from "pagerduty_models"."int_pagerduty__oncall_segments" as segments
    inner join periods
        on segments.starts_at < periods.ends_at
        and segments.ends_at > periods.starts_at
    where segments.escalation_level is null
    group by 1, 2, 3

), measured as (

    select
        users.user_id,
        periods.period_days,
        periods.period,
        periods.starts_at,
        periods.ends_at,
        coalesce(interruptions, 0) as interruptions,
        coalesce(business_hour_interruptions, 0) as business_hour_interruptions,
        coalesce(off_hour_interruptions, 0) as off_hour_interruptions,
        coalesce(sleep_hour_interruptions, 0) as sleep_hour_interruptions,
        coalesce(disturbed_nights, 0) as disturbed_nights,
        coalesce(weekend_interruptions, 0) as weekend_interruptions,
        coalesce(acknowledged_incidents, 0) as acknowledged_incidents,
        coalesce(resolved_incidents, 0) as resolved_incidents,
        coalesce(engaged_incidents, 0) as engaged_incidents,
        coalesce(oncall_hours, 0) as oncall_hours,
        coalesce(oncall_business_hours, 0) as oncall_business_hours,
        coalesce(oncall_off_hours, 0) as oncall_off_hours,
        coalesce(oncall_sleep_hours, 0) as oncall_sleep_hours,
        p50_minutes_to_acknowledge,
        p90_minutes_to_acknowledge,
        mean_minutes_to_acknowledge
    from "pagerduty_models"."stg_pagerduty__users" as users
    cross join periods
    left join interrupted
        on interrupted.user_id = users.user_id
        and interrupted.period_days = periods.period_days
        and interrupted.period = periods.period
    left join acknowledged
        on acknowledged.user_id = users.user_id
        and acknowledged.period_days = periods.period_days
        and acknowledged.period = periods.period
    left join resolved
        on resolved.user_id = users.user_id
        and resolved.period_days = periods.period_days
        and resolved.period = periods.period
    left join engaged
        on engaged.user_id = users.user_id
        and engaged.period_days = periods.period_days
        and engaged.period = periods.period
    left join oncall
        on oncall.user_id = users.user_id
        and oncall.period_days = periods.period_days
        and oncall.period = periods.period

)

select
    users.user_id,
    users.user_name,
    users.email,
    users.role,
    users.job_title,
    zones.time_zone,
    teams.team_names,
    users.is_deleted,
    latest.period_days,
    latest.starts_at as period_starts_at,
    latest.ends_at as period_ends_at,
    latest.interruptions,
    latest.business_hour_interruptions,
    latest.off_hour_interruptions,
    latest.sleep_hour_interruptions,
    latest.disturbed_nights,
    latest.weekend_interruptions,
    latest.acknowledged_incidents,
    latest.resolved_incidents,
    latest.engaged_incidents,
    latest.oncall_hours,
    latest.oncall_business_hours,
    latest.oncall_off_hours,
    latest.oncall_sleep_hours,
    latest.p50_minutes_to_acknowledge,
    latest.p90_minutes_to_acknowledge,
    latest.mean_minutes_to_acknowledge,
    earlier.interruptions as previous_interruptions,
    earlier.business_hour_interruptions as previous_business_hour_interruptions,
    earlier.off_hour_interruptions as previous_off_hour_interruptions,
    earlier.sleep_hour_interruptions as previous_sleep_hour_interruptions,
    earlier.disturbed_nights as previous_disturbed_nights,
    earlier.weekend_interruptions as previous_weekend_interruptions,
    earlier.acknowledged_incidents as previous_acknowledged_incidents,
    earlier.resolved_incidents as previous_resolved_incidents,
    earlier.engaged_incidents as previous_engaged_incidents,
    earlier.oncall_hours as previous_oncall_hours,
    earlier.oncall_business_hours as previous_oncall_business_hours,
    earlier.oncall_off_hours as previous_oncall_off_hours,
    earlier.oncall_sleep_hours as previous_oncall_sleep_hours,
    earlier.p50_minutes_to_acknowledge as previous_p50_minutes_to_acknowledge,
    earlier.p90_minutes_to_acknowledge as previous_p90_minutes_to_acknowledge,
    earlier.mean_minutes_to_acknowledge as previous_mean_minutes_to_acknowledge
from measured as latest
inner join measured as earlier
    on earlier.user_id = latest.user_id
    and earlier.period_days = latest.period_days
    and earlier.period = 'previous'
inner join "pagerduty_models"."stg_pagerduty__users" as users on users.user_id = latest.user_id
left join "pagerduty_models"."int_pagerduty__user_zones" as zones on zones.user_id = latest.user_id
left join teams on teams.user_id = latest.user_id
where latest.period = 'current';

create or replace view pagerduty_models.pagerduty__alert_noise as
with incidents as (

    select
        *,
        -- What differs from one alert of a kind to the next are mostly numbers.
        regexp_replace(title, '[0-9]+', '#', 'g') as title_pattern
    from "pagerduty_models"."pagerduty__incidents"
    where not is_merged

)

select
    md5(coalesce(service_id, '') || ' ' || coalesce(title_pattern, '')) as alert_noise_id,
    service_id,
    max(service_name) as service_name,
    title_pattern,
    count(*) as incidents,
    cast(sum(alert_count) as bigint) as alerts,
    cast(sum(notification_count) as bigint) as notifications,
    cast(sum(interruption_count) as bigint) as interruptions,
    cast(sum(sleep_hour_interruption_count) as bigint) as sleep_hour_interruptions,
    count(*) filter (where is_noise) as noise_incidents,
    count(*) filter (where not is_acted_on and not is_open) as unattended_incidents,
    cast(coalesce(sum(interruption_count) filter (where is_noise), 0) as bigint)
        as noise_interruptions,
    cast(100.0 * count(*) filter (where is_noise) / count(*) as double precision) as noise_percent,
    percentile_cont(0.5) within group (order by case when is_noise then minutes_to_resolve end)
        as p50_minutes_to_auto_resolve,
    min(created_at) as first_created_at,
    max(created_at) as last_created_at
from incidents
group by service_id, title_pattern;

create or replace view pagerduty_models.pagerduty__changes_and_incidents as
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
    from "pagerduty_models"."pagerduty__change_event_services" as changed
    inner join "pagerduty_models"."stg_pagerduty__change_events" as events
        on events.change_event_id = changed.change_event_id
    left join "pagerduty_models"."stg_pagerduty__services" as services
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
    inner join "pagerduty_models"."pagerduty__incidents" as incidents
        on incidents.service_id = changes.service_id
        and incidents.created_at >= changes.changed_at
        and incidents.created_at < changes.changed_at
            + interval '4 hours'
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
    from "pagerduty_models"."stg_pagerduty__incident_related_change_events"
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
    cast(extract(epoch from counted.first_incident_at - changes.changed_at) / 60.0 as double precision)
        as minutes_to_first_incident,
    counted.restored_at,
    cast(extract(epoch from counted.restored_at - counted.first_incident_at) / 60.0 as double precision)
        as minutes_to_restore,
    coalesce(related.related_incidents, 0) as related_incidents
from changes
left join counted
    on counted.change_event_id = changes.change_event_id
    and counted.service_id = changes.service_id
left join related on related.change_event_id = changes.change_event_id;

create or replace view pagerduty_models.pagerduty__escalation_policies as
with rules as (

    select
        escalation_policy_id,
        count(*) as level_count,
        sum(escalation_delay_minutes) as minutes_to_exhaustion
    from "pagerduty_models"."pagerduty__escalation_rules"
    group by 1

), used as (

    select escalation_policy_id, count(*) as service_count
    from "pagerduty_models"."stg_pagerduty__services"
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
    from "pagerduty_models"."stg_pagerduty__escalation_policies" as policies
    left join rules on rules.escalation_policy_id = policies.escalation_policy_id
    left join used on used.escalation_policy_id = policies.escalation_policy_id

), compared as (


with measured as (

    select
        members.escalation_policy_id,
        periods.period_days,
        periods.period,
        cast(count(*) filter (where not is_merged) as bigint) as incidents,
        cast(count(*) filter (where not is_merged and urgency = 'high') as bigint) as high_urgency_incidents,
        cast(count(*) filter (where not is_merged and minutes_to_acknowledge is not null) as bigint) as acknowledged_incidents,
        cast(count(*) filter (where not is_merged and not is_open) as bigint) as resolved_incidents,
        cast(count(*) filter (where not is_merged and is_open) as bigint) as open_incidents,
        cast(count(*) filter (where not is_merged and is_reopened) as bigint) as reopened_incidents,
        cast(count(*) filter (where not is_merged and escalation_count > 0) as bigint) as escalated_incidents,
        cast(count(*) filter (where not is_merged and exhaustion_count > 0) as bigint) as exhausted_incidents,
        cast(count(*) filter (where not is_merged and not is_acted_on) as bigint) as unattended_incidents,
        cast(count(*) filter (where is_noise) as bigint) as noise_incidents,
        cast(coalesce(sum(escalation_count), 0) as bigint) as escalations,
        cast(coalesce(sum(notification_count), 0) as bigint) as notifications,
        cast(coalesce(sum(interruption_count), 0) as bigint) as interruptions,
        cast(coalesce(sum(business_hour_interruption_count), 0) as bigint) as business_hour_interruptions,
        cast(coalesce(sum(off_hour_interruption_count), 0) as bigint) as off_hour_interruptions,
        cast(coalesce(sum(sleep_hour_interruption_count), 0) as bigint) as sleep_hour_interruptions,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_acknowledge end) as p50_minutes_to_acknowledge,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_acknowledge end) as p90_minutes_to_acknowledge,
        avg(case when not is_merged then minutes_to_acknowledge end) as mean_minutes_to_acknowledge,
        percentile_cont(0.5) within group (order by case when not is_merged then minutes_to_resolve end) as p50_minutes_to_resolve,
        percentile_cont(0.9) within group (order by case when not is_merged then minutes_to_resolve end) as p90_minutes_to_resolve,
        avg(case when not is_merged then minutes_to_resolve end) as mean_minutes_to_resolve
    from "pagerduty_models"."pagerduty__incidents" as incidents
    inner join (select escalation_policy_id, incident_id from "pagerduty_models"."pagerduty__incidents") as members on members.incident_id = incidents.incident_id
    inner join "pagerduty_models"."int_pagerduty__periods" as periods
        on incidents.created_at >= periods.starts_at
        and incidents.created_at < periods.ends_at
    group by 1, 2, 3

)

select
    things.escalation_policy_id,
    things.escalation_policy_name,
    things.num_loops,
    things.is_deleted,
    things.level_count,
    things.minutes_to_exhaustion,
    things.service_count,
    periods.period_days,
    periods.starts_at as period_starts_at,
    periods.ends_at as period_ends_at,
    coalesce(now.incidents, 0) as incidents,
    coalesce(now.high_urgency_incidents, 0) as high_urgency_incidents,
    coalesce(now.acknowledged_incidents, 0) as acknowledged_incidents,
    coalesce(now.resolved_incidents, 0) as resolved_incidents,
    coalesce(now.open_incidents, 0) as open_incidents,
    coalesce(now.reopened_incidents, 0) as reopened_incidents,
    coalesce(now.escalated_incidents, 0) as escalated_incidents,
    coalesce(now.exhausted_incidents, 0) as exhausted_incidents,
    coalesce(now.unattended_incidents, 0) as unattended_incidents,
    coalesce(now.noise_incidents, 0) as noise_incidents,
    coalesce(now.escalations, 0) as escalations,
    coalesce(now.notifications, 0) as notifications,
    coalesce(now.interruptions, 0) as interruptions,
    coalesce(now.business_hour_interruptions, 0) as business_hour_interruptions,
    coalesce(now.off_hour_interruptions, 0) as off_hour_interruptions,
    coalesce(now.sleep_hour_interruptions, 0) as sleep_hour_interruptions,
    now.p50_minutes_to_acknowledge as p50_minutes_to_acknowledge,
    now.p90_minutes_to_acknowledge as p90_minutes_to_acknowledge,
    now.mean_minutes_to_acknowledge as mean_minutes_to_acknowledge,
    now.p50_minutes_to_resolve as p50_minutes_to_resolve,
    now.p90_minutes_to_resolve as p90_minutes_to_resolve,
    now.mean_minutes_to_resolve as mean_minutes_to_resolve,
    coalesce(before.incidents, 0) as previous_incidents,
    coalesce(before.high_urgency_incidents, 0) as previous_high_urgency_incidents,
    coalesce(before.acknowledged_incidents, 0) as previous_acknowledged_incidents,
    coalesce(before.resolved_incidents, 0) as previous_resolved_incidents,
    coalesce(before.open_incidents, 0) as previous_open_incidents,
    coalesce(before.reopened_incidents, 0) as previous_reopened_incidents,
    coalesce(before.escalated_incidents, 0) as previous_escalated_incidents,
    coalesce(before.exhausted_incidents, 0) as previous_exhausted_incidents,
    coalesce(before.unattended_incidents, 0) as previous_unattended_incidents,
    coalesce(before.noise_incidents, 0) as previous_noise_incidents,
    coalesce(before.escalations, 0) as previous_escalations,
    coalesce(before.notifications, 0) as previous_notifications,
    coalesce(before.interruptions, 0) as previous_interruptions,
    coalesce(before.business_hour_interruptions, 0) as previous_business_hour_interruptions,
    coalesce(before.off_hour_interruptions, 0) as previous_off_hour_interruptions,
    coalesce(before.sleep_hour_interruptions, 0) as previous_sleep_hour_interruptions,
    before.p50_minutes_to_acknowledge as previous_p50_minutes_to_acknowledge,
    before.p90_minutes_to_acknowledge as previous_p90_minutes_to_acknowledge,
    before.mean_minutes_to_acknowledge as previous_mean_minutes_to_acknowledge,
    before.p50_minutes_to_resolve as previous_p50_minutes_to_resolve,
    before.p90_minutes_to_resolve as previous_p90_minutes_to_resolve,
    before.mean_minutes_to_resolve as previous_mean_minutes_to_resolve
from listed as things
cross join "pagerduty_models"."int_pagerduty__periods" as periods
left join measured as now
    on now.escalation_policy_id = things.escalation_policy_id
    and now.period_days = periods.period_days
    and now.period = 'current'
left join measured as before
    on before.escalation_policy_id = things.escalation_policy_id
    and before.period_days = periods.period_days
    and before.period = 'previous'
where periods.period = 'current'

)

select * from compared;
