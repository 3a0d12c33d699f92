{{ config(
    materialized='incremental',
    unique_key='log_entry_id',
    on_schema_change='append_new_columns'
) }}

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
from {{ ref('stg_pagerduty__log_entries') }}
where incident_id is not null
{% if is_incremental() %}
    and coalesce(extracted_at, created_at) >= (
        -- An empty table has no latest row, and takes all.
        select coalesce(
            max(coalesce(extracted_at, happened_at))
                - interval '{{ var("pagerduty_lookback_days") }} days',
            timestamp '1970-01-01 00:00:00'
        )
        from {{ this }}
    )
{% endif %}
