-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__notifications as
-- Written by `python -m docs.generate` from the stream `notifications`.

select
    nullif(cast("id" as text), '') as notification_id,
    nullif(cast("type" as text), '') as notification_type,
    "started_at" as started_at,
    nullif(cast("address" as text), '') as address,
    ("user"->>'id') as user_id,
    ("user"->>'summary') as user_name,
    nullif(cast("status" as text), '') as status,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from "pagerduty"."notifications";
