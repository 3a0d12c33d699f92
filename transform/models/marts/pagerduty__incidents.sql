{%- set custom_fields = pagerduty.custom_fields() -%}
{%- set custom_columns = pagerduty.custom_columns(custom_fields) -%}

with incidents as (

    select * from {{ ref('stg_pagerduty__incidents') }}

), teams as (

    select
        involved.incident_id,
        string_agg(coalesce(teams.team_name, involved.team_name), ', ' order by involved.position)
            as team_names
    from {{ ref('pagerduty__incident_teams') }} as involved
    left join {{ ref('stg_pagerduty__teams') }} as teams on teams.team_id = involved.team_id
    group by 1

), episodes as (

    select
        episodes.incident_id,
        max(case when episode = 1 then resolved_at end) as first_resolved_at,
        min(case when episode = 2 then opened_at end) as first_reopened_at,
        count(*) - 1 as reopen_count,
        sum({{ pagerduty.minutes_between(
            'opened_at', 'greatest(opened_at, coalesce(resolved_at, as_of.as_of))'
        ) }}) as minutes_open
    from {{ ref('int_pagerduty__incident_episodes') }} as episodes
    cross join {{ ref('int_pagerduty__as_of') }} as as_of
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
            {{ pagerduty.minutes_between(
                'engaged_at',
                'greatest(engaged_at, coalesce(incidents.resolved_at, as_of.as_of))'
            ) }}
        ) as engaged_minutes
    from {{ ref('int_pagerduty__incident_engagements') }} as engagements
    inner join incidents on incidents.incident_id = engagements.incident_id
    cross join {{ ref('int_pagerduty__as_of') }} as as_of
    group by 1

), snoozes as (

    select
        incident_id,
        count(*) as snooze_count,
        sum({{ pagerduty.minutes_between('snoozed_at', 'snoozed_until') }}) as snoozed_minutes
    from {{ ref('int_pagerduty__incident_snoozes') }}
    group by 1

), notifications as (

    select incident_id, count(*) as notification_count
    from {{ ref('int_pagerduty__notifications') }}
    where incident_id is not null
    group by 1

), merged as (

    select root_incident_id as incident_id, count(*) as merged_incident_count
    from {{ ref('int_pagerduty__incident_roots') }}
    group by 1

), custom as (

    select
        incident_id,
        {%- for field in custom_fields %}
        max(case when field_name = '{{ field | replace("'", "''") }}' then value end)
            as {{ custom_columns[loop.index0] }},
        {%- endfor %}
        cast({{ pagerduty.object_agg('field_name', 'value') }} as text) as custom_fields
    from {{ ref('stg_pagerduty__incident_custom_field_values') }}
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
    left join {{ ref('int_pagerduty__incident_activity') }} as activity
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
        ) then {{ pagerduty.minutes_between('judged.created_at', 'activity.first_acknowledged_at') }}
    end as minutes_to_acknowledge,
    {{ pagerduty.minutes_between('judged.created_at', 'activity.first_acknowledged_at') }}
        as minutes_to_acknowledge_with_reopening,
    case when engagements.first_episode_users > 1 then {{ pagerduty.minutes_between(
        'engagements.first_episode_first_engaged_at', 'engagements.first_episode_last_engaged_at'
    ) }} end as minutes_to_engage,
    case when engagements.engaged_user_count > 1 then {{ pagerduty.minutes_between(
        'engagements.first_engaged_at', 'engagements.last_engaged_at'
    ) }} end as minutes_to_engage_with_reopening,
    case when engagements.engaged_user_count > 1 then {{ pagerduty.minutes_between(
        'judged.created_at', 'engagements.last_engaged_at'
    ) }} end as minutes_to_mobilize,
    {{ pagerduty.minutes_between('judged.created_at', 'episodes.first_resolved_at') }}
        as minutes_to_first_resolve,
    {{ pagerduty.minutes_between('judged.created_at', 'judged.resolved_at') }}
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

    {%- for column in custom_columns %}
    custom.{{ column }},
    {%- endfor %}
    custom.custom_fields,
    judged.extracted_at
from judged
left join {{ ref('int_pagerduty__incident_activity') }} as activity
    on activity.incident_id = judged.incident_id
left join {{ ref('int_pagerduty__incident_roots') }} as roots
    on roots.incident_id = judged.incident_id
left join merged on merged.incident_id = judged.incident_id
left join teams on teams.incident_id = judged.incident_id
left join episodes on episodes.incident_id = judged.incident_id
left join engagements on engagements.incident_id = judged.incident_id
left join snoozes on snoozes.incident_id = judged.incident_id
left join notifications on notifications.incident_id = judged.incident_id
left join {{ ref('int_pagerduty__incident_interruptions') }} as interruptions
    on interruptions.incident_id = judged.incident_id
left join custom on custom.incident_id = judged.incident_id
left join {{ ref('stg_pagerduty__services') }} as services
    on services.service_id = judged.service_id
left join {{ ref('stg_pagerduty__escalation_policies') }} as policies
    on policies.escalation_policy_id = judged.escalation_policy_id
left join {{ ref('stg_pagerduty__users') }} as acknowledgers
    on acknowledgers.user_id = activity.first_acknowledged_by_id
