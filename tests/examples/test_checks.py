"""The checks of docs/monitoring.md: no row while all is well, and one for what is missing."""

import re
import shutil

import pytest

from sandbox.values.timestamps import iso
from tests.docs.test_readme import document
from tests.support.scheduled import EXAMPLES
from tests.support.warehouse import DATABASES

PAGE = document("docs/monitoring.md")
CHECKS = {
    part.partition("\n")[0]: sql
    for part in PAGE.split("\n### ")[1:]
    for sql in re.findall(r"^```sql\n(.*?);\n```", part, re.DOTALL | re.MULTILINE)
}
FRESHNESS, OPEN, NUMBERS, ENTRIES, FIRST = CHECKS
# In the sandbox, what a test creates is numbered from here on.
BY_HAND = 900_000_000


@pytest.fixture(params=DATABASES)
def change(request, warehouse, tmp_path):
    """Change the loaded database, for one test; return what it then says."""
    if request.param == "target-duckdb":
        import duckdb  # noqa: PLC0415, it is not there for Python 3.14

        file = tmp_path / "warehouse.duckdb"
        shutil.copy(warehouse.env["TARGET_DUCKDB_FILEPATH"], file)
        with duckdb.connect(str(file)) as connection:
            connection.execute("SET search_path = 'pagerduty'")
            yield lambda sql: connection.execute(sql).fetchall()
    else:
        import psycopg  # noqa: PLC0415, as above

        reach = {
            {"database": "dbname"}.get(name, name): value
            for name, value in warehouse.stores[request.param].address.items()
        }
        with psycopg.connect(**reach) as connection:
            connection.execute("SET search_path = 'pagerduty'")

            def execute(sql):
                done = connection.execute(sql)
                return done.fetchall() if done.description else []

            yield execute
            connection.rollback()


@pytest.fixture
def check(change, warehouse):
    """Run a check of the page, so many hours after the last run."""

    def check(title, hours=1):
        moment = iso(warehouse.seen.now + 3600 * hours).replace("Z", "+00:00")
        sql = CHECKS[title].replace("now()", f"CAST('{moment}' AS timestamptz)")
        rows = change(sql)
        assert all(len(row) == 2 for row in rows)
        return rows

    return check


def test_the_file_has_the_checks_of_the_page():
    text = (EXAMPLES / "check.sql").read_text()
    found = [part.strip() for part in text.split(";\n\n")][1:]
    assert [part.rstrip(";") for part in found] == list(CHECKS.values())
    assert len(found) == 5


def test_a_run_in_time_is_no_problem_and_one_that_did_not_come_is(check):
    assert check(FRESHNESS) == []
    late = check(FRESHNESS, hours=4)
    assert [stream for stream, _ in late] == ["escalation_policies", "services", "users"]
    assert "was last read at 2024-06-15 12:00:00" in late[0][1]


def test_a_table_without_rows_is_late(check, change):
    change("DELETE FROM services")
    [(stream, problem)] = check(FRESHNESS)
    assert (stream, problem) == ("services", "has no row")


def test_open_incidents_that_were_not_read_again_are_counted(check, change):
    assert check(OPEN) == []
    change("UPDATE incidents SET _sdc_extracted_at = '2024-06-12' WHERE status <> 'resolved'")
    [(count,)] = change("SELECT count(*) FROM incidents WHERE status <> 'resolved'")
    assert count > 1
    assert check(OPEN) == [
        ("incidents", f"{count} open ones were not read since 2024-06-12 00:00:00")
    ]


def test_incidents_that_are_missing_are_named_by_number(check, change, warehouse):
    numbers = sorted(each["incident_number"] for each in warehouse.seen.lists["incidents"].values())
    usual = [number for number in numbers if number < BY_HAND]
    jump = ("incidents", f"no row has the numbers {usual[-1] + 1} to {BY_HAND}")
    assert check(NUMBERS) == [jump]
    gone = usual[-9]
    change(f"DELETE FROM incidents WHERE incident_number IN ({gone}, {gone + 1})")
    problem = ("incidents", f"no row has the numbers {gone} to {gone + 1}")
    assert check(NUMBERS) == [problem, jump]


def a_recent_incident(warehouse):
    found = warehouse.seen.lists["incidents"].values()
    return max(found, key=lambda each: each["created_at"])["id"]


def test_an_incident_that_only_log_entries_name_is_missing(check, change, warehouse):
    assert check(ENTRIES) == []
    own = a_recent_incident(warehouse)
    change(f"DELETE FROM incidents WHERE id = '{own}'")
    assert check(ENTRIES) == [("incidents", f"none has the id {own}, which log entries name")]


def test_a_first_log_entry_that_is_missing_is_noticed(check, change, warehouse):
    assert check(FIRST) == []
    own = a_recent_incident(warehouse)
    change(
        f"DELETE FROM log_entries WHERE type = 'trigger_log_entry' AND (incident->>'id') = '{own}'"
    )
    assert check(FIRST) == [("log_entries", f"none shows how incident {own} was triggered")]
