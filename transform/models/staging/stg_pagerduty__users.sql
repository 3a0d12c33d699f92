-- Written by `python -m docs.generate` from the stream `users`.

select
    nullif(cast("id" as text), '') as user_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as user_name,
    nullif(cast("email" as text), '') as email,
    nullif(cast("time_zone" as text), '') as time_zone,
    nullif(cast("role" as text), '') as role,
    "invitation_sent" as is_invitation_sent,
    nullif(cast("job_title" as text), '') as job_title,
    "created_via_sso" as is_created_via_sso,
    "billed" as is_billed,
    nullif(cast("locale" as text), '') as locale,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('users') }}
