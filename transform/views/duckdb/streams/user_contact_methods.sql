-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__user_contact_methods as
-- Written by `python -m docs.generate` from the stream `user_contact_methods`.

select
    nullif(cast("id" as text), '') as user_contact_method_id,
    nullif(cast("type" as text), '') as user_contact_method_type,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("user_id" as text), '') as user_id,
    nullif(cast("label" as text), '') as user_contact_method_name,
    nullif(cast("address" as text), '') as address,
    cast("country_code" as bigint) as country_code,
    "enabled" as is_enabled,
    "blacklisted" as is_blacklisted,
    nullif(cast("device_type" as text), '') as device_type,
    "created_at" as created_at,
    "send_short_email" as is_short_email,
    "send_html_email" as is_send_html_email,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."user_contact_methods";
