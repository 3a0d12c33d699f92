-- Written by `make views` from the dbt package.
create schema if not exists pagerduty_models;
