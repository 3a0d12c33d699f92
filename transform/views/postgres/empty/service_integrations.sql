-- Written by `make views` from the dbt package.

create or replace view pagerduty_models.stg_pagerduty__service_integrations as
-- Written by `python -m docs.generate` from the stream `service_integrations`.

select
    nullif(cast("id" as text), '') as service_integration_id,
    nullif(cast("html_url" as text), '') as url,
    nullif(cast("service_id" as text), '') as service_id,
    nullif(cast("name" as text), '') as service_integration_name,
    "created_at" as created_at,
    ("service"->>'summary') as service_name,
    ("vendor"->>'id') as vendor_id,
    ("vendor"->>'summary') as vendor_name,
    nullif(cast("email_incident_creation" as text), '') as email_incident_creation,
    nullif(cast("email_filter_mode" as text), '') as email_filter_mode,
    nullif(cast("email_parsing_fallback" as text), '') as email_parsing_fallback,
    cast("config" as text) as config,
    cast("_undocumented" as text) as _undocumented,
    "_sdc_extracted_at" as extracted_at,
    (_sdc_deleted_at is not null) as is_deleted
from (select cast(null as text) as "id", cast(null as text) as "type", cast(null as text) as "summary", cast(null as text) as "self", cast(null as text) as "html_url", cast(null as text) as "service_id", cast(null as text) as "name", cast(null as timestamp) as "created_at", cast(null as jsonb) as "service", cast(null as jsonb) as "vendor", cast(null as text) as "integration_key", cast(null as text) as "integration_email", cast(null as text) as "email_incident_creation", cast(null as text) as "email_filter_mode", cast(null as text) as "email_parsing_fallback", cast(null as jsonb[]) as "email_parsers", cast(null as jsonb) as "config", cast(null as jsonb[]) as "email_filters", cast(null as jsonb) as "_undocumented", cast(null as timestamp) as "_sdc_extracted_at", cast(null as timestamp) as "_sdc_deleted_at" where false) as service_integrations;
