"""`make report`: the recipes' results as a page, looked at in a real browser."""

import base64
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from selenium.webdriver.common.print_page_options import PrintOptions

from demo import models
from demo.durations import duration
from demo.page import COMPLETE, LATEST, ROWS
from demo.recipes import recipes
from demo.tables import cell_of
from sandbox.values.timestamps import UTC, moment_of
from tests.support.browser import DESKTOP, PHONE, asked, resize
from tests.support.figures import Figures, sums
from tests.support.harness import DAY
from tests.support.project import ROOT
from tests.support.warehouse import DATABASES

PATIENCE = 120
# Recipes that list things one by one: a chart would say no more.
LISTS = {"On call now", "Open incidents"}


def report(project, *arguments, **settings):
    """Run it as `make report` does; return how it ended and what it said."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAP_", "TARGET_", "MELTANO_"))
    }
    run = subprocess.run(
        [sys.executable, "-m", "demo", "--report", "--project", project, *arguments],
        cwd=ROOT,
        env={**env, **settings},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert not run.stderr
    return run.returncode, run.stdout


def made(said):
    return Path(re.fullmatch(r"The report is in (.+)\.\n", said)[1])


@pytest.fixture(scope="module", params=DATABASES)
def page(request, warehouse, tmp_path_factory):
    """The page of the account that a database holds."""
    project = tmp_path_factory.mktemp("project")
    status, said = report(project, "--target", request.param, **warehouse.env)
    assert status == 0, said
    return made(said)


@pytest.fixture
def opened(browser, page):
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(page.as_uri())
    return browser


def sections(browser):
    """Return of each section: its heading, what its charts measure, and the rows of its table."""
    return browser.execute_script(
        """
        return [...document.querySelectorAll("section")].map(section => ({
          title: section.querySelector("h2").innerText,
          charts: [...section.querySelectorAll("figure")].map(figure => {
            const svg = figure.querySelector("svg"), box = svg.getBoundingClientRect();
            return {
              left: box.left, right: box.right, height: box.height,
              label: svg.getAttribute("aria-label"), title: figure.innerText.split("\\n")[0],
              marks: svg.querySelectorAll(".mark-rect path, .mark-symbol path").length,
              font: Math.min(...[...svg.querySelectorAll("text")].map(
                text => parseFloat(getComputedStyle(text).fontSize) * box.width
                  / svg.viewBox.baseVal.width)),
              cut: Math.max(...[...svg.querySelectorAll("text")].map(
                text => -text.getBoundingClientRect().left)),
            };
          }),
          rows: [...section.querySelectorAll("tbody tr")].map(
            row => [...row.children].map(cell => cell.innerText.trim())),
        }));
        """
    )


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_recipe_is_drawn_as_wide_as_the_screen(opened, width):
    resize(opened, width)
    assert opened.execute_script("return document.documentElement.scrollWidth") == width
    found = sections(opened)
    assert [section["title"] for section in found] == list(recipes())
    for section in found:
        assert len(section["rows"]) >= 5
        assert section["charts"] or section["title"] in LISTS
        for chart in section["charts"]:
            assert 0 <= chart["left"] < chart["right"] <= width
            assert chart["right"] - chart["left"] > 300
            assert chart["height"] > 100
            assert chart["marks"] >= 3
            assert chart["font"] > 11
            assert chart["cut"] <= 0, chart["title"]
            assert chart["title"] in chart["label"]


def test_the_figures_are_those_of_the_recipes(opened, warehouse):
    rows = {section["title"]: section["rows"] for section in sections(opened)}
    models.build(warehouse.stores[DATABASES[0]])
    with warehouse.stores[DATABASES[0]].query() as ask:
        for title, recipe in recipes().items():
            found = ask(recipe.sql)
            cut = slice(None)
            if title not in COMPLETE:
                cut = slice(-ROWS, None) if title in LATEST else slice(ROWS)
            assert rows[title] == [
                [
                    squeezed(cell_of(cell, column))
                    for cell, column in zip(row, found.columns, strict=True)
                    if column != "url"
                ]
                for row in found.rows[cut]
            ]


def test_a_long_table_says_how_many_rows_it_has(opened, warehouse):
    captions = opened.execute_script(
        "return [...document.querySelectorAll('caption')].map(each => each.innerText)"
    )
    models.build(warehouse.stores[DATABASES[0]])
    with warehouse.stores[DATABASES[0]].query() as ask:
        counts = [
            len(ask(recipe.sql).rows)
            for title, recipe in recipes().items()
            if title not in COMPLETE
        ]
    assert captions == [f"{ROWS} of {count} rows" for count in counts if count > ROWS]
    assert captions


def test_it_begins_with_the_figures_of_the_last_seven_days(opened, warehouse):
    figures = Figures(warehouse.seen)
    now, lists = warehouse.seen.now, warehouse.seen.lists
    weeks = [
        sums(
            [
                figures.incidents[own]
                for own, record in lists["incidents"].items()
                if now - until * DAY <= moment_of(record["created_at"]) < now - since * DAY
            ]
        )
        for since, until in ((0, 7), (7, 14))
    ]
    nights = Counter(
        user
        for (user, minute), hours in figures.interruptions().items()
        if hours == "sleep" and now - minute.replace(tzinfo=UTC).timestamp() <= 7 * DAY
        if user in lists["users"]
    )
    tiles = opened.execute_script(
        """
        return [...document.querySelectorAll(".tile")].map(tile => [
          tile.querySelector("dt").innerText, tile.querySelector(".value").innerText,
          [...tile.querySelectorAll(".note")].map(note => note.innerText),
          !!document.querySelector(tile.querySelector("a").hash)]);
        """
    )
    values = {label: value for label, value, _, _ in tiles}
    notes = {label: notes for label, _, notes, _ in tiles}
    is_open = [each for each in lists["incidents"].values() if each["status"] != "resolved"]
    first = {each["user"]["id"] for each in warehouse.seen.oncalls if each["escalation_level"] == 1}
    this, last = weeks
    assert values == {
        "Open now": str(len(is_open)),
        "Incidents, last 7 days": str(this["incidents"]),
        "Median time to acknowledge": duration(this["p50_minutes_to_acknowledge"]),
        "Median time to resolve": duration(this["p50_minutes_to_resolve"]),
        "Nobody acted on": f"{100 * this['unattended_incidents'] / this['incidents']:.0f} %",
        "Interruptions at night": str(nights.total()),
        "On call now, level 1": str(len(first)),
    }
    assert f"{last['incidents']} in the 7 days before" in notes["Incidents, last 7 days"]
    within = f"90 % within {duration(this['p90_minutes_to_resolve'])}"
    assert within in notes["Median time to resolve"]
    assert all(leads for *_, leads in tiles)
    assert opened.execute_script(
        "return document.querySelector('.tiles').compareDocumentPosition("
        "document.querySelector('svg')) & Node.DOCUMENT_POSITION_FOLLOWING"
    )


def test_definitions_are_folded(opened):
    texts = opened.execute_script(
        "return [...document.querySelectorAll('details')].map(each => each.open)"
    )
    assert texts == [False] * len(recipes())


def squeezed(text):
    return " ".join(text.split())


def test_it_says_which_account_and_which_time_it_shows(opened, warehouse):
    incidents = warehouse.seen.lists["incidents"].values()
    days = sorted(each["created_at"][:10] for each in incidents)
    heading = opened.execute_script("return document.querySelector('header').innerText")
    assert "acme.pagerduty.com" in opened.title
    assert "acme.pagerduty.com" in heading
    assert f"{len(incidents)} incidents, created from {days[0]} to {days[-1]}" in heading
    assert re.search(r"Generated \d{4}-\d\d-\d\d \d\d:\d\d UTC from target-\w+\.", heading)


def test_it_asks_for_nothing_but_itself(opened, page):
    assert [url for url in asked(opened) if not url.startswith("data:")] == [page.as_uri()]
    assert opened.get_log("browser") == []
    assert "<script" not in page.read_text(encoding="utf-8")


def test_it_is_dark_in_the_dark_and_light_on_paper(opened):
    def colours(**media):
        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {**media, "features": features})
        return opened.execute_script(
            """
            const of = (what, name) => getComputedStyle(document.querySelector(what))[name];
            return [of("body", "backgroundColor"), of("body", "color"), of("svg text", "fill")];
            """
        )

    dark, ink, label = colours()
    assert brightness(dark) < 60
    assert brightness(ink) > 200
    assert label == ink
    paper, ink, label = colours(media="print")
    assert brightness(ink) < 60
    assert brightness(paper) > 200
    assert label == ink
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def brightness(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def test_it_can_be_printed(opened):
    options = PrintOptions()
    options.set_page_size({"width": 21.0, "height": 29.7})
    pages = base64.b64decode(opened.print_page(options))
    count = len(re.findall(rb"/Type\s*/Page\b", pages))
    assert pages.startswith(b"%PDF-")
    assert len(recipes()) / 2 < count < len(recipes()) * 3


# -- What may be missing


@pytest.fixture
def partly(warehouse, tmp_path):
    """Return a page of a DuckDB of which something is taken away by a statement."""
    import duckdb  # noqa: PLC0415, it is not there for Python 3.14

    def partly(statement):
        file = tmp_path / "partly.duckdb"
        shutil.copy(warehouse.env["TARGET_DUCKDB_FILEPATH"], file)
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"SET search_path = 'pagerduty'; {statement}")
        settings = {"TARGET_DUCKDB_FILEPATH": str(file)}
        status, said = report(tmp_path, "--target=target-duckdb", **settings)
        assert status == 0, said
        return made(said).read_text(encoding="utf-8")

    return partly


needs_duckdb = pytest.mark.skipif(
    "target-duckdb" not in DATABASES, reason="DuckDB 1.1.3 is not there for it"
)


@needs_duckdb
def test_a_stream_that_is_not_loaded_is_named_where_it_is_missing(partly):
    text = partly("DROP TABLE oncall_shifts")
    assert text.count("Not loaded: oncall_shifts. Add oncall_shifts.* to `select`") == 1
    assert text.count("<table>") == len(recipes()) - 1


@needs_duckdb
def test_a_column_that_is_not_loaded_has_no_values(partly):
    # The name comes from the references to the service, where there are some.
    text = partly("ALTER TABLE services DROP name")
    assert text.count("<table>") == len(recipes())


@needs_duckdb
def test_empty_tables_are_said_to_be_empty(partly):
    tables = {stream for recipe in recipes().values() for stream in recipe.streams}
    text = partly("; ".join(f"DELETE FROM {name}" for name in sorted(tables)))
    assert text.count("There is nothing to show: no row fits.") == len(recipes())
    assert "<p>without incidents</p>" in text


@needs_duckdb
def test_a_control_character_in_a_name_does_not_end_it(partly):
    text = partly("UPDATE services SET name = concat(name, chr(1), chr(27), chr(65535), '!')")
    assert "���!" in text
    assert not {"\x01", "\x1b", "\uffff"} & set(text)
    assert text.count("<table>") == len(recipes())


@pytest.mark.parametrize("target", DATABASES)
def test_before_the_first_run_it_says_so(tmp_path, target):
    status, said = report(tmp_path, "--target", target)
    assert status == 1
    assert said == "Nothing is loaded yet: run `make run` first.\n"


def test_json_lines_cannot_be_drawn(tmp_path):
    status, said = report(tmp_path, "--target=target-jsonl")
    assert status == 1
    assert said.startswith("target-jsonl makes no tables")
    assert said.count("\n") == 1
