{{ config(materialized='table') }}

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
    from {{ ref('int_pagerduty__incident_events') }}
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
    from {{ ref('stg_pagerduty__notifications') }}

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
        found.channel not in ('{{ var("pagerduty_quiet_channels") | join("', '") }}'), true
    ) as is_interrupting,
    coalesce(zones.time_zone, '{{ var("pagerduty_time_zone") }}') as time_zone,
    {{ pagerduty.local(
        'found.notified_at',
        "coalesce(zones.time_zone, '" ~ var('pagerduty_time_zone') ~ "')"
    ) }} as local_notified_at
from found
left join {{ ref('int_pagerduty__user_zones') }} as zones on zones.user_id = found.user_id
