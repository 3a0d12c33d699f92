"""The tiles at the top of the report: what a team lead reads first."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from demo.durations import duration

if t.TYPE_CHECKING:
    from demo.stores import Query, Table

    Row = dict[str, t.Any]

# Weeks back of the period that is shown, and of the one that it is compared with.
NOW, BEFORE = 0, 1
WEEKS = "The last eight weeks"


@dataclass
class Tile:
    """A figure, with what it means beside it."""

    label: str
    value: str
    notes: list[str] = field(default_factory=list)
    # `good` or `bad` if it changed for the better or the worse.
    change: str = ""
    # The recipe that says more.
    recipe: str = ""
    is_wide: bool = False


def tiles_of(found: dict[str, Table | None], ask: Query) -> list[Tile]:
    """Return the tiles of what came of the recipes, by their titles."""
    weeks = {row["weeks_ago"]: row for row in _rows(found[WEEKS])}
    now, before = weeks.get(NOW, {}), weeks.get(BEFORE, {})
    tiles = [_open(_rows(found["Open incidents"])), _incidents(now, before)]
    tiles += [_time("acknowledge", now, before), _time("resolve", now, before)]
    tiles += [_unattended(now, before), _at_night(ask), _on_call(_rows(found["On call now"]))]
    return tiles


def _rows(table: Table | None) -> list[Row]:
    if table is None:
        return []
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _open(rows: list[Row]) -> Tile:
    urgent = sum(row["urgency"] == "high" for row in rows)
    waiting = sum(row["status"] == "triggered" for row in rows)
    notes = [f"{urgent} of high urgency", f"{waiting} not acknowledged"]
    return Tile("Open now", f"{len(rows):,}", notes, "bad" if urgent else "", "Open incidents")


def _incidents(now: Row, before: Row) -> Tile:
    count, then = now.get("incidents", 0), before.get("incidents", 0)
    return Tile(
        "Incidents, last 7 days",
        f"{count:,}",
        [f"{then:,} in the 7 days before", f"{now.get('high_urgency', 0):,} of high urgency"],
        _change(count, then),
        WEEKS,
    )


def _time(what: str, now: Row, before: Row) -> Tile:
    median, then = (row.get(f"median_minutes_to_{what}") for row in (now, before))
    late = now.get(f"p90_minutes_to_{what}")
    notes = [f"90 % within {duration(late)}"] if late is not None else []
    notes.append(f"median {_said(then)} in the 7 days before")
    return Tile(f"Median time to {what}", _said(median), notes, _change(median, then), WEEKS)


def _unattended(now: Row, before: Row) -> Tile:
    share, then = (row.get("unattended_percent") for row in (now, before))
    value, old = ("-" if each is None else f"{each:.0f} %" for each in (share, then))
    notes = [f"{old} in the 7 days before"]
    return Tile("Nobody acted on", value, notes, _change(share, then), WEEKS)


def _at_night(ask: Query) -> Tile:
    sql = (
        "SELECT sum(sleep_hour_interruptions), sum(previous_sleep_hour_interruptions), "
        "count(*) FILTER (WHERE sleep_hour_interruptions > 0) "
        "FROM pagerduty__users WHERE period_days = 7"
    )
    [(count, then, people)] = ask(sql).rows
    count, then = int(count or 0), int(then or 0)
    notes = [f"{people:,} people", f"{then:,} in the 7 days before"]
    change = _change(count, then)
    return Tile("Interruptions at night", f"{count:,}", notes, change, "Interruptions by person")


def _on_call(rows: list[Row]) -> Tile:
    first: dict[str, list[str]] = {}
    for row in rows:
        if row["level"] == 1:
            first.setdefault(str(row["policy"]), []).append(str(row["person"]))
    notes = [f"{policy}: {', '.join(dict.fromkeys(some))}" for policy, some in first.items()]
    people = {each for some in first.values() for each in some}
    count = f"{len(people):,}"
    return Tile("On call now, level 1", count, notes, recipe="On call now", is_wide=True)


def _said(minutes: float | None) -> str:
    return "-" if minutes is None else duration(float(minutes))


def _change(now: float | None, before: float | None) -> str:
    """Say whether a figure that should be small has become smaller."""
    if now is None or before is None or now == before:
        return ""
    return "good" if now < before else "bad"
