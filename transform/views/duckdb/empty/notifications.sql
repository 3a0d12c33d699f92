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
from (select cast(null as varchar) as "id", cast(null as varchar) as "type", cast(null as timestamp) as "started_at", cast(null as varchar) as "address", cast(null as json) as "user", cast(null as varchar) as "conferenceAddress", cast(null as varchar) as "status", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as notifications;
