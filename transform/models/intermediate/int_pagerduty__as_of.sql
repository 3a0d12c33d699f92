{{ config(materialized='table') }}

{% if var('pagerduty_as_of') %}
select cast('{{ var("pagerduty_as_of") }}' as timestamp) as as_of
{% else %}
with read as (

    select max(extracted_at) as extracted_at from {{ ref('stg_pagerduty__incidents') }}
    union all
    select max(extracted_at) as extracted_at from {{ ref('stg_pagerduty__log_entries') }}
    union all
    select max(extracted_at) as extracted_at from {{ ref('stg_pagerduty__users') }}

)

-- Without the columns that a target adds, nobody knows when the tap read something.
select coalesce(max(extracted_at), current_timestamp at time zone 'UTC') as as_of
from read
{% endif %}
