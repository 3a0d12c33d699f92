"""The dbt package: it builds in both databases, and says what the account holds."""

import json
import re
from decimal import Decimal

import pytest

from docs import dbt_package, dbt_views
from docs.stream_facts import areas
from tests.support.figures import Figures
from tests.support.transform import BUILT, DATABASES, FIRST, LATER, Database, Seen


def test_what_comes_from_the_streams_is_up_to_date():
    documents = dbt_package.documents(areas())
    stale = [
        path.name
        for path, text in documents.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run: python -m docs.generate"
    kept = {path for path in dbt_package.STAGING.glob("*") if path not in documents}
    assert not kept, "of streams that are gone, or have no staging model any more"


def test_the_plain_views_are_up_to_date():
    known = dbt_views.CHECKSUM.read_text(encoding="utf-8").strip()
    assert known == dbt_views.checksum(), "run: make views"
    models = {path.stem for path in dbt_views.PACKAGE.glob("models/*/*.sql")}
    for database in dbt_views.DATABASES:
        for kind in ("streams", "empty"):
            folder = dbt_views.VIEWS / database
            files = [*folder.glob(f"{kind}/*.sql"), folder / "models.sql"]
            texts = "".join(path.read_text(encoding="utf-8") for path in files)
            made = re.findall(r"^create or replace view \w+\.(\w+) as$", texts, re.MULTILINE)
            assert sorted(made) == sorted({*models, "pagerduty_oncall_rates"})


def test_each_stream_selected_by_default_has_a_staging_model():
    found = areas()
    default = {each.name for part in found.values() for each in part if each.selected_by_default}
    models = {path.stem for path in dbt_package.STAGING.glob("*.sql")}
    assert {dbt_package.model(name) for name in default} < models


@pytest.mark.parametrize("target", DATABASES)
def test_the_package_builds_and_says_what_the_account_holds(target, tmp_path, subtests):
    """One test for each database: what it builds takes too long to be built for each question."""
    seen = Seen()
    database = Database(target, tmp_path)
    try:
        database.load(seen.first)
        database.dbt("--no-write-json", "build")
        built = counts(database)
        with subtests.test("a stream that is not loaded gives an empty model"):
            assert built["stg_pagerduty__audit_records"] == 0
            assert built["pagerduty__configuration_changes"] == 0
            assert built["stg_pagerduty__vendors"] == 0
        database.load(seen.second)
        database.dbt("build", "--exclude-resource-type", "unit_test")
        with subtests.test("the incremental load has reached the models"):
            rebuilt = counts(database)
            assert (
                rebuilt["int_pagerduty__incident_events"] > built["int_pagerduty__incident_events"]
            )
            assert rebuilt["pagerduty__configuration_changes"] > 0
            loaded = {dbt_package.model(name) for name in (*FIRST, *LATER)}
            empty = {name for name in loaded if not rebuilt[name]}
            assert not empty
        figures = Figures(seen)
        for check in CHECKS:
            with subtests.test(check.__name__.replace("_", " ")):
                check(database, figures)
        database.dbt("docs", "generate", "--no-compile")
        with subtests.test("every model and column is described"):
            assert undescribed(database) == []
        with subtests.test("the plain views say the same"):
            say_the_same(database)
    finally:
        database.stop()


# -- What the models say


def incidents(database, figures):
    rows = {
        row["incident_id"]: plain(row)
        for row in database.rows("SELECT * FROM pagerduty__incidents")
    }
    for row in rows.values():
        fields = json.loads(row["custom_fields"] or "{}")
        # The account has lists as well, whose text the databases write each in its own way.
        row["custom_fields"] = {n: v for n, v in fields.items() if not v.startswith(("[", "{"))}
        for name, value in fields.items():
            assert row["custom_" + re.sub(r"[^a-z0-9_]", "_", name.lower())] == value
    expected = figures.incidents
    assert rows.keys() == expected.keys()
    wrong = [
        (own, name, rows[own][name], value)
        for own, figure in expected.items()
        for name, value in figure.items()
        if not alike(rows[own][name], value)
    ]
    assert wrong == []
    # Of figures that are all the same, a wrong query would give many.
    for name in next(iter(expected.values())):
        assert len({str(each[name]) for each in expected.values()}) > 1, name


def names_of_incidents(database, figures):
    found = database.rows(
        "SELECT DISTINCT service_id, service_name FROM pagerduty__incidents ORDER BY service_id"
    )
    lists = figures.seen.lists["services"]
    assert {
        row["service_id"]: row["service_name"] for row in found if row["service_id"] in lists
    } == {
        row["service_id"]: lists[row["service_id"]]["name"]
        for row in found
        if row["service_id"] in lists
    }
    assert "Renamed service" in {row["service_name"] for row in found}


def services(database, figures):
    compare(database, "pagerduty__services", ("service_id", "period_days"), figures.services())


def interruptions(database, figures):
    found = {
        (row["user_id"], row["interrupted_at"]): row["hours"]
        for row in database.rows("SELECT * FROM pagerduty__interruptions")
    }
    assert found == figures.interruptions()
    assert set(found.values()) == {"business", "off", "sleep"}


def days_on_call(database, figures):
    expected = {key: hours(each) for key, each in figures.oncall_days().items()}
    compare(database, "pagerduty__oncall_days", ("user_id", "local_day"), expected)


def hours_on_call(database, figures):
    expected = {key: hours(each) for key, each in figures.oncall_hours().items()}
    keys = ("user_id", "local_day", "escalation_level")
    compare(database, "pagerduty__oncall_hours", keys, expected)


def hours(kinds):
    return {
        **{f"{kind}_hours": value for kind, value in kinds.items()},
        "oncall_hours": sum(kinds.values()),
    }


def days_of_services(database, figures):
    rows = database.rows("SELECT * FROM pagerduty__service_days")
    for service in {row["service_id"] for row in rows}:
        found = {
            row["local_day"]: row["open_incidents_at_end"]
            for row in rows
            if row["service_id"] == service
        }
        expected = figures.open_at_end_of_days(service)
        # The last day has not ended.
        *_, last = sorted(expected)
        assert {**found, last: None} == {**expected, last: None}
    created = sum(not each["is_merged"] for each in figures.incidents.values())
    assert sum(row["incidents"] for row in rows) == created


def changes_and_incidents(database, figures):
    expected = figures.changes()
    rows = database.rows("SELECT * FROM pagerduty__changes_and_incidents")
    assert {(row["change_event_id"], row["service_id"]): row["incidents"] for row in rows} == {
        key: len(each) for key, each in expected.items()
    }
    for row in rows:
        followed = expected[row["change_event_id"], row["service_id"]]
        assert row["is_failure"] == bool(followed)
        assert row["first_incident_id"] in (followed or [None])
    assert {row["is_failure"] for row in rows} == {False, True}


CHECKS = (
    incidents,
    names_of_incidents,
    services,
    interruptions,
    days_on_call,
    hours_on_call,
    days_of_services,
    changes_and_incidents,
)


def compare(database, model, keys, expected):
    """Hold rows of a model, by their key, against what they should say."""
    rows = {
        tuple(row[key] for key in keys): plain(row)
        for row in database.rows(f"SELECT * FROM {model}")
    }
    assert rows.keys() == expected.keys()
    wrong = [
        (key, name, rows[key][name], value)
        for key, figure in expected.items()
        for name, value in figure.items()
        if not alike(rows[key][name], value)
    ]
    assert wrong == []
    for name in next(iter(expected.values())):
        assert len({each[name] for each in expected.values()}) > 1, name


def alike(found, expected):
    if isinstance(expected, float) and found is not None:
        return found == pytest.approx(expected, abs=1e-6)
    return found == expected


def plain(row):
    return {name: float(v) if isinstance(v, Decimal) else v for name, v in row.items()}


def counts(database):
    """Return how many rows each model has."""
    tables = database.rows(
        f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{BUILT}'"
    )
    query = " UNION ALL ".join(
        f"SELECT '{row['table_name']}' AS name, count(*) AS many FROM {row['table_name']}"
        for row in tables
    )
    return {row["name"]: row["many"] for row in database.rows(query)}


# -- Documentation and views


def undescribed(database):
    """Return the models and columns that are there and not described."""
    catalog, manifest = database.artifact("catalog.json"), database.artifact("manifest.json")
    found = []
    for name, node in manifest["nodes"].items():
        if node["resource_type"] not in {"model", "seed"}:
            continue
        if not node["description"].strip():
            found.append(name)
        known = {column for column, each in node["columns"].items() if each["description"].strip()}
        there = set(catalog["nodes"][name]["columns"])
        # A column for each custom field of the account.
        pivoted = {c for c in there if re.match(r"custom_(?!fields$)", c)}
        found += [f"{name}.{column}" for column in sorted(there - known - pivoted)]
        found += [f"{name}.{column} is not there" for column in sorted(known - there)]
    return found


def say_the_same(database):
    """Make the plain views, by the files alone, and compare them with what dbt built."""
    folder = dbt_views.VIEWS / database.name
    database.run((folder / "schema.sql").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("streams/*.sql")):
        kind = "streams" if path.stem in {*FIRST, *LATER} else "empty"
        text = (folder / kind / path.name).read_text(encoding="utf-8")
        # Nobody loads the e-mail addresses here, which the views expect.
        database.run(text.replace('"email"', "null") if path.stem == "users" else text)
    database.run((folder / "models.sql").read_text(encoding="utf-8"))
    for model, keys in {
        "pagerduty__incidents": ["incident_id"],
        "pagerduty__services": ["service_id", "period_days"],
        "pagerduty__oncall_hours": ["oncall_hours_id"],
    }.items():
        columns = [
            row["column_name"]
            for row in database.rows(
                "SELECT column_name FROM information_schema.columns "
                f"WHERE table_schema = '{dbt_views.SCHEMA}' AND table_name = '{model}'"
            )
        ]
        query = f"SELECT {', '.join(columns)} FROM {{}}.{model}"
        views, tables = (
            {tuple(row[key] for key in keys): plain(row) for row in rows}
            for rows in map(database.rows, map(query.format, (dbt_views.SCHEMA, BUILT)))
        )
        assert views.keys() == tables.keys() != set()
        wrong = [
            (key, name, views[key][name], value)
            for key, row in tables.items()
            for name, value in row.items()
            if not alike(views[key][name], value)
        ]
        assert wrong == []
