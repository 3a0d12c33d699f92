-- Written by `python -m docs.generate` from the stream `services`.

select
    nullif(cast("id" as text), '') as service_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as service_name,
    nullif(cast("description" as text), '') as description,
    cast("auto_resolve_timeout" as bigint) as auto_resolve_timeout,
    cast("acknowledgement_timeout" as bigint) as acknowledgement_timeout,
    "created_at" as created_at,
    nullif(cast("status" as text), '') as status,
    "last_incident_timestamp" as last_incident_at,
    {{ pagerduty.json_text('"escalation_policy"', ['id']) }} as escalation_policy_id,
    {{ pagerduty.json_text('"escalation_policy"', ['summary']) }} as escalation_policy_name,
    {{ pagerduty.json_text('"incident_urgency_rule"', ['type']) }} as urgency_rule_type,
    {{ pagerduty.json_text('"incident_urgency_rule"', ['urgency']) }} as urgency_rule_urgency,
    {{ pagerduty.json_text('"alert_grouping_parameters"', ['id']) }} as alert_grouping_setting_id,
    cast({{ pagerduty.json_text('"auto_pause_notifications_parameters"', ['enabled']) }} as boolean) as is_auto_pause_enabled,
    cast({{ pagerduty.json_text('"auto_pause_notifications_parameters"', ['timeout']) }} as bigint) as auto_pause_timeout,
    cast({{ pagerduty.json_text('"auto_pause_notifications_parameters"', ['recommended_timeout']) }} as bigint) as auto_pause_recommended_timeout,
    "updated_at" as updated_at,
    cast("metadata" as text) as metadata,
    nullif(cast("privilege" as text), '') as privilege,
    nullif(cast("service_key" as text), '') as service_key,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('services') }}
