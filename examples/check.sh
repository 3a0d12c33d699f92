#!/usr/bin/env bash
# Print what is late or missing in the tables (check.sql beside this script), one a line; exit 1 if
# anything is, 2 if the database cannot be asked. psql takes the address from PGHOST, PGDATABASE,
# PGUSER and so on, or from a service file.
set -u
found=$(psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' \
  --set=ON_ERROR_STOP=1 --file="$(dirname "$0")/check.sql") || exit 2
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
