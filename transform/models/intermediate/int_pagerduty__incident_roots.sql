-- A merge may be followed by a merge of its target, so the chain is followed to its end. No chain
-- is longer than the limit, unless it is a circle.
with recursive chain as (

    select
        incident_id,
        merged_into_incident_id as root_incident_id,
        1 as depth
    from {{ ref('stg_pagerduty__incidents') }}
    where merged_into_incident_id is not null

    union all

    select
        chain.incident_id,
        incidents.merged_into_incident_id as root_incident_id,
        chain.depth + 1 as depth
    from chain
    inner join {{ ref('stg_pagerduty__incidents') }} as incidents
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
where place = 1
