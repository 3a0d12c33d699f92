-- Written by `python -m docs.generate` from the stream `users`.

select
    cast("id" as text) as user_id,
    cast("html_url" as text) as url,
    cast("name" as text) as user_name,
    cast("email" as text) as email,
    cast("time_zone" as text) as time_zone,
    cast("role" as text) as role,
    "invitation_sent" as is_invitation_sent,
    cast("job_title" as text) as job_title,
    "created_via_sso" as is_created_via_sso,
    "billed" as is_billed,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('users') }}
