-- What is late or missing in the tables that tap-pagerduty fills: no row if nothing is.
-- docs/monitoring.md explains each query. PostgreSQL and DuckDB take them.
SET search_path = 'pagerduty';

SELECT stream, coalesce('was last read at ' || last_read, 'has no row') AS problem
FROM (
  SELECT 'users' AS stream, max(_sdc_extracted_at) AS last_read FROM users
  UNION ALL
  SELECT 'services', max(_sdc_extracted_at) FROM services
  UNION ALL
  SELECT 'escalation_policies', max(_sdc_extracted_at) FROM escalation_policies
) AS reads
WHERE coalesce(last_read, '1970-01-01') < now() AT TIME ZONE 'UTC' - INTERVAL '3 hours'
ORDER BY stream;

SELECT
  'incidents' AS stream,
  count(*) || ' open ones were not read since ' || min(_sdc_extracted_at) AS problem
FROM incidents
WHERE
  status <> 'resolved'
  AND _sdc_extracted_at < (SELECT max(_sdc_extracted_at) FROM users) - INTERVAL '3 hours'
HAVING count(*) > 0;

SELECT
  'incidents' AS stream,
  'no row has the numbers ' || previous + 1 || ' to ' || incident_number - 1 AS problem
FROM (
  SELECT incident_number, lag(incident_number) OVER (ORDER BY incident_number) AS previous
  FROM incidents
  WHERE created_at >= (SELECT min(created_at) FROM log_entries)
) AS numbered
WHERE incident_number > previous + 1
ORDER BY incident_number;

SELECT
  'incidents' AS stream,
  'none has the id ' || (log_entries.incident->>'id') || ', which log entries name' AS problem
FROM log_entries
LEFT JOIN incidents ON incidents.id = (log_entries.incident->>'id')
WHERE incidents.id IS NULL AND (log_entries.incident->>'id') IS NOT NULL
GROUP BY log_entries.incident->>'id'
ORDER BY min(log_entries.created_at);

SELECT
  'log_entries' AS stream,
  'none shows how incident ' || incidents.id || ' was triggered' AS problem
FROM incidents
LEFT JOIN log_entries
  ON (log_entries.incident->>'id') = incidents.id
  AND log_entries.type = 'trigger_log_entry'
WHERE
  log_entries.id IS NULL
  AND incidents.created_at >= (SELECT min(created_at) FROM log_entries)
ORDER BY incidents.created_at;
