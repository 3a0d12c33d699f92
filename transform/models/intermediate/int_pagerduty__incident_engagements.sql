with engaged as (

    select
        incident_id,
        agent_id as user_id,
        happened_at as engaged_at
    from {{ ref('int_pagerduty__incident_events') }}
    where event = 'acknowledge'
        and agent_type = 'user'

    union all

    select
        incident_id,
        user_id,
        updated_at as engaged_at
    from {{ ref('pagerduty__incident_responders') }}
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
left join {{ ref('int_pagerduty__incident_episodes') }} as first_episode
    on first_episode.incident_id = engaged.incident_id
    and first_episode.episode = 1
where engaged.user_id is not null
group by 1, 2
