-- Written by `python -m docs.generate` from the stream `webhook_subscriptions`.

select
    nullif(cast("id" as text), '') as webhook_subscription_id,
    nullif(cast("description" as text), '') as description,
    "active" as is_active,
    {{ pagerduty.texts('"events"') }} as events,
    {{ pagerduty.json_text('"filter"', ['id']) }} as filter_id,
    {{ pagerduty.json_text('"delivery_method"', ['id']) }} as delivery_method_id,
    {{ pagerduty.json_text('"delivery_method"', ['url']) }} as delivery_method_url,
    cast({{ pagerduty.json_text('"delivery_method"', ['temporarily_disabled']) }} as boolean) as delivery_method_is_temporarily_disabled,
    {{ pagerduty.json_text('"oauth_client"', ['id']) }} as oauth_client_id,
    {{ pagerduty.json_text('"oauth_client"', ['summary']) }} as oauth_client_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('webhook_subscriptions') }}
