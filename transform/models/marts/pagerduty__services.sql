with teams as (

    select
        owners.service_id,
        string_agg(coalesce(teams.team_name, owners.team_name), ', ' order by owners.position)
            as team_names
    from {{ ref('pagerduty__service_teams') }} as owners
    left join {{ ref('stg_pagerduty__teams') }} as teams on teams.team_id = owners.team_id
    group by 1

), open_now as (

    select service_id, count(*) as open_incidents_now
    from {{ ref('pagerduty__incidents') }}
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
    from {{ ref('stg_pagerduty__services') }} as services
    left join teams on teams.service_id = services.service_id
    left join open_now on open_now.service_id = services.service_id

), compared as (

    {{ pagerduty.compared(
        'listed',
        'service_id',
        [
            'service_name', 'status', 'escalation_policy_id', 'escalation_policy_name',
            'team_names', 'is_deleted', 'open_incidents_now',
        ],
        "(select service_id, incident_id from " ~ ref('pagerduty__incidents') ~ ")"
    ) }}

)

select * from compared
