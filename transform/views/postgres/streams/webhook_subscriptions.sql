-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__webhook_subscriptions as
-- Written by `python -m docs.generate` from the stream `webhook_subscriptions`.

select
    nullif(cast("id" as text), '') as webhook_subscription_id,
    nullif(cast("description" as text), '') as description,
    "active" as is_active,
    nullif(array_to_string("events", ', '), '') as events,
    ("filter"->>'id') as filter_id,
    ("delivery_method"->>'id') as delivery_method_id,
    ("delivery_method"->>'url') as delivery_method_url,
    cast(("delivery_method"->>'temporarily_disabled') as boolean) as delivery_method_is_temporarily_disabled,
    ("oauth_client"->>'id') as oauth_client_id,
    ("oauth_client"->>'summary') as oauth_client_name,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."webhook_subscriptions";
