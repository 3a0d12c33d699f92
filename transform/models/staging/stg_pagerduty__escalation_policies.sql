-- Written by `python -m docs.generate` from the stream `escalation_policies`.

select
    nullif(cast("id" as text), '') as escalation_policy_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as escalation_policy_name,
    nullif(cast("description" as text), '') as description,
    cast("num_loops" as bigint) as num_loops,
    nullif(cast("on_call_handoff_notifications" as text), '') as on_call_handoff_notifications,
    "created_at" as created_at,
    "updated_at" as updated_at,
    nullif(cast("send_ochons_through_level" as text), '') as send_ochons_through_level,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('escalation_policies') }}
