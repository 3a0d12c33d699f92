with members as (

    select team_id, count(*) as member_count
    from {{ ref('pagerduty__user_teams') }}
    group by 1

), owned as (

    select team_id, count(*) as service_count
    from {{ ref('pagerduty__service_teams') }}
    group by 1

), open_now as (

    select involved.team_id, count(*) as open_incidents_now
    from {{ ref('pagerduty__incident_teams') }} as involved
    inner join {{ ref('pagerduty__incidents') }} as incidents
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
    from {{ ref('stg_pagerduty__teams') }} as teams
    left join members on members.team_id = teams.team_id
    left join owned on owned.team_id = teams.team_id
    left join open_now on open_now.team_id = teams.team_id

), compared as (

    {{ pagerduty.compared(
        'listed',
        'team_id',
        ['team_name', 'is_deleted', 'member_count', 'service_count', 'open_incidents_now'],
        "(select distinct team_id, incident_id from " ~ ref('pagerduty__incident_teams') ~ ")"
    ) }}

)

select * from compared
