-- Erase a person from the tables that target-postgres has filled, all or nothing:
--   psql --set=id=PXXXXXX --set=name='Jane Doe' --set=email=jane@example.com --file=erase_person.sql
-- Also --set=schema=…, if it is not `pagerduty`. docs/keep-data.md says what to do before and after.
\set ON_ERROR_STOP 1
\set QUIET 1
\if :{?schema}
\else
\set schema pagerduty
\endif
BEGIN;
-- By these, the block below gets psql's variables.
SELECT
  set_config('erase.schema', :'schema', true),
  set_config('erase.id', :'id', true),
  set_config('erase.name', :'name', true),
  set_config('erase.email', :'email', true) \g /dev/null

DO $$
DECLARE
  home text := current_setting('erase.schema');
  person text := current_setting('erase.id');
  secrets text[] := ARRAY[current_setting('erase.name'), current_setting('erase.email')];
  place record;
  secret text;
  -- The secret as it stands in JSON, without the quotes around it.
  json_secret text;
  expression text;
  changed bigint;
BEGIN
  IF '' = ANY (secrets || person) THEN
    RAISE 'id, name and email are needed, none of them empty';
  END IF;

  FOR place IN
    SELECT c.table_name, c.column_name, c.udt_name
    FROM information_schema.columns AS c
    JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE table_schema = home AND t.table_type = 'BASE TABLE'
    ORDER BY c.table_name, c.ordinal_position
  LOOP
    -- Rows that are about the person.
    IF place.column_name = 'user_id' OR (place.table_name, place.column_name) = ('users', 'id') THEN
      EXECUTE format('DELETE FROM %I.%I WHERE %I = $1', home, place.table_name, place.column_name)
        USING person;
      GET DIAGNOSTICS changed = ROW_COUNT;
      IF changed > 0 THEN
        RAISE NOTICE '%: % rows deleted', place.table_name, changed;
      END IF;
    END IF;

    -- The phone number or address to which the person was notified.
    IF (place.table_name, place.column_name) = ('notifications', 'address') THEN
      EXECUTE format(
        'UPDATE %I.notifications SET address = NULL WHERE "user"->>''id'' = $1', home
      ) USING person;
    END IF;

    -- Name and e-mail address in any text, object or list.
    expression := CASE place.udt_name
      WHEN 'text' THEN 'replace(%1$I, $1, ''(erased)'')'
      WHEN 'varchar' THEN 'replace(%1$I, $1, ''(erased)'')'
      WHEN 'jsonb' THEN 'replace(%1$I::text, $2, ''(erased)'')::jsonb'
      WHEN '_text' THEN
        'ARRAY(SELECT replace(item, $1, ''(erased)'') FROM unnest(%1$I) WITH ORDINALITY '
        'AS list(item, place) ORDER BY place)'
      WHEN '_varchar' THEN
        'ARRAY(SELECT replace(item, $1, ''(erased)'') FROM unnest(%1$I) WITH ORDINALITY '
        'AS list(item, place) ORDER BY place)'
      WHEN '_jsonb' THEN
        'ARRAY(SELECT replace(item::text, $2, ''(erased)'')::jsonb FROM unnest(%1$I) '
        'WITH ORDINALITY AS list(item, place) ORDER BY place)'
    END;
    CONTINUE WHEN expression IS NULL;
    FOREACH secret IN ARRAY secrets LOOP
      json_secret := to_json(secret)::text;
      json_secret := substr(json_secret, 2, length(json_secret) - 2);
      EXECUTE format(
        'UPDATE %2$I.%3$I SET %1$I = ' || expression || ' WHERE strpos(to_jsonb(%1$I)::text, $2) > 0',
        place.column_name, home, place.table_name
      ) USING secret, json_secret;
      GET DIAGNOSTICS changed = ROW_COUNT;
      IF changed > 0 THEN
        RAISE NOTICE '%.%: erased in % rows', place.table_name, place.column_name, changed;
      END IF;
    END LOOP;
  END LOOP;
END $$;
COMMIT;
