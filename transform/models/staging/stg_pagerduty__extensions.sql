-- Written by `python -m docs.generate` from the stream `extensions`.

select
    nullif(cast("id" as text), '') as extension_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("name" as text), '') as extension_name,
    nullif(cast("endpoint_url" as text), '') as endpoint_url,
    {{ pagerduty.json_text('"extension_schema"', ['id']) }} as extension_schema_id,
    {{ pagerduty.json_text('"extension_schema"', ['summary']) }} as extension_schema_name,
    "temporarily_disabled" as is_temporarily_disabled,
    "authorized" as is_authorized,
    nullif(cast("authorization_url" as text), '') as authorization_url,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from {{ pagerduty.stream('extensions') }}
