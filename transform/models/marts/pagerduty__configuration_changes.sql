with actors as (

    select
        audit_record_id,
        count(*) as actor_count,
        string_agg(actor_name, ', ' order by actor_name) as actor_names,
        max(actor_type) as actor_type
    from {{ ref('pagerduty__audit_record_actors') }}
    group by 1

), fields as (

    select
        audit_record_id,
        count(*) as field_count,
        string_agg(field_name, ', ' order by position) as field_names
    from {{ ref('pagerduty__audit_record_fields') }}
    group by 1

), links as (

    select
        audit_record_id,
        count(*) filter (where change = 'added') as added_count,
        count(*) filter (where change = 'removed') as removed_count
    from {{ ref('pagerduty__audit_record_references') }}
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
from {{ ref('stg_pagerduty__audit_records') }} as records
left join actors on actors.audit_record_id = records.audit_record_id
left join fields on fields.audit_record_id = records.audit_record_id
left join links on links.audit_record_id = records.audit_record_id
