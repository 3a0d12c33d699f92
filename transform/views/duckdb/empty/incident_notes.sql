-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__incident_notes as
-- Written by `python -m docs.generate` from the stream `incident_notes`.

select
    nullif(cast("id" as text), '') as incident_note_id,
    nullif(cast("incident_id" as text), '') as incident_id,
    ("user"->>'id') as user_id,
    ("user"->>'summary') as user_name,
    ("channel"->>'id') as channel_id,
    ("channel"->>'summary') as channel_name,
    replace(("channel"->>'type'), '_reference', '') as channel_type,
    nullif(cast("content" as text), '') as content,
    "created_at" as created_at,
    "updated_at" as updated_at,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as varchar) as "id", cast(null as varchar) as "incident_id", cast(null as json) as "user", cast(null as json) as "channel", cast(null as varchar) as "content", cast(null as timestamp) as "created_at", cast(null as timestamp) as "updated_at", cast(null as json) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as incident_notes;
