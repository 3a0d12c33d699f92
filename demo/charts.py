"""The charts of the report: how the results of the recipes are drawn.

They are drawn in advance, as SVG: a page with them needs neither script nor network, and their
colours are those of its style sheet (`var(--…)`), in the dark and on paper.
"""

from __future__ import annotations

import io
import json
import typing as t
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from html import escape

import altair as alt

from demo.printable import printable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from demo.stores import Table

    Row = dict[str, t.Any]
    # One of Altair's; its own types say no more.
    Chart = t.Any

# Pixels: a phone held upright, less the margins of the page. Wider screens scale it up.
WIDTH = 358
HEIGHT = 180
ROW = 24
# Larger than the page then writes it: its font may be wider than the one that is reckoned with.
FONT = 13
# Bars of a chart, and pixels for the name of one.
MOST = 15
NAME = 140
# Where the axis of a time line has marks, in minutes.
MINUTES = {0: "0", 1: "1 min", 10: "10 min", 60: "1 h", 1_440: "1 d", 10_080: "1 w", 86_400: "60 d"}
COLOURS = ["var(--first)", "var(--second)", "var(--third)"]


@dataclass(frozen=True)
class Drawing:
    """A chart: what it shows, and its SVG."""

    title: str
    svg: str


def draw(recipe: str, table: Table) -> list[Drawing]:
    """Return the charts of what came of a recipe, which is at least a row."""
    rows = [dict(zip(table.columns, map(_value, row), strict=True)) for row in table.rows]
    drawings = []
    for title, chart in CHARTS[recipe].items():
        if len(rows) > MOST and getattr(chart, "func", None) in {_bars, _means, _stack}:
            title += f", {MOST} of {len(rows)}"  # noqa: PLW2901
        drawings.append(Drawing(title, _svg(chart(rows), title)))
    return drawings


def _value(value: object) -> object:
    """Return a value as the library takes it: one that XML excludes would end the process."""
    if isinstance(value, str):
        return printable(value)
    return float(value) if isinstance(value, Decimal) else value


# -- Kinds of charts


def _bars(rows: Sequence[Row], *, name: str, value: str, unit: str) -> Chart:
    """Draw a bar for each row, the longest first."""
    data = [{"name": row[name], "value": row[value]} for row in rows if row[value] is not None]
    data.sort(key=lambda each: -each["value"])
    return (
        _chart(data[:MOST])
        .mark_bar(color=COLOURS[0])
        .encode(x=_amount("value", unit), y=_names())
        .properties(height=alt.Step(ROW))
    )


def _means(rows: Sequence[Row], *, name: str, kind: str, unit: str, minutes: int = 1) -> Chart:
    """Draw a bar for each mean, the longest first, and a tick for each median.

    KIND is `tta` or `ttr`, the time to acknowledge or to resolve; MINUTES are in a UNIT.
    """
    data = [
        {
            "name": row[name],
            "value": row[f"m{kind}_minutes"] / minutes,
            "median": row[f"median_{kind}_minutes"] / minutes,
        }
        for row in rows
        if row[f"m{kind}_minutes"] is not None
    ]
    data.sort(key=lambda each: -each["value"])
    base = _chart(data[:MOST]).encode(y=_names())
    bars = base.mark_bar(color=COLOURS[0]).encode(x=_amount("value", unit))
    ticks = base.mark_tick(color="currentColor", thickness=3, size=16).encode(x="median:Q")
    return alt.layer(bars, ticks).properties(height=alt.Step(ROW))


def _weeks(rows: Sequence[Row], *, kind: str, unit: str, minutes: int = 1) -> Chart:
    """Draw a column for the mean of each week, and a tick for the median."""
    data = [
        {
            "from": row["week"].isoformat(),
            "to": (row["week"] + timedelta(days=6)).isoformat(),
            "value": row[f"m{kind}_minutes"] / minutes,
            "median": row[f"median_{kind}_minutes"] / minutes,
        }
        for row in rows
        if row[f"m{kind}_minutes"] is not None
    ]
    base = _chart(data).encode(x=alt.X("from:T", title=None), x2="to:T")
    bars = base.mark_bar(color=COLOURS[0]).encode(y=_amount("value", unit), y2=alt.datum(0))
    ticks = base.mark_rule(color="currentColor", strokeWidth=3).encode(y="median:Q")
    return alt.layer(bars, ticks).properties(height=HEIGHT)


def _stack(
    rows: Sequence[Row], *, name: str, parts: dict[str, Callable[[Row], float]], unit: str
) -> Chart:
    """Draw a bar for each row, made of PARTS."""
    return (
        _chart(_in_parts(rows[:MOST], name, parts))
        .mark_bar()
        .encode(
            x=_amount("value", unit), y=_names(), color=_parts(parts), order=alt.Order("number:Q")
        )
        .properties(height=alt.Step(ROW))
    )


def _hours(rows: Sequence[Row], *, parts: dict[str, Callable[[Row], float]], unit: str) -> Chart:
    """Draw a column for each hour of the day, made of PARTS."""
    hours = alt.X(
        "name:O",
        title="hour of the day",
        scale=alt.Scale(domain=list(range(24))),
        axis=alt.Axis(values=list(range(0, 24, 3)), labelAngle=0),
    )
    return (
        _chart(_in_parts(rows, "hour", parts))
        .mark_bar()
        .encode(x=hours, y=_amount("value", unit), color=_parts(parts), order=alt.Order("number:Q"))
        .properties(height=HEIGHT)
    )


def _moments(rows: Sequence[Row]) -> Chart:
    """Draw a dot for everything that happened, with a line for each kind of it."""
    data = [{"name": row["what"].replace("_", " "), "minute": row["minute"]} for row in rows]
    names = json.dumps({str(minute): name for minute, name in MINUTES.items()})
    x = alt.X(
        "minute:Q",
        title="time since the creation (logarithmic)",
        scale=alt.Scale(type="symlog", constant=1),
        axis=alt.Axis(values=list(MINUTES), labelExpr=f"({names})[datum.value]"),
    )
    return (
        _chart(data)
        .mark_circle(color=COLOURS[0], size=70, opacity=1)
        .encode(x=x, y=_names(grid=True))
        .properties(height=alt.Step(ROW))
    )


def _chart(data: Sequence[Row]) -> alt.Chart:
    return alt.Chart({"values": list(data)})


def _amount(field: str, unit: str) -> t.Any:  # noqa: ANN401, an X or a Y
    axis = alt.Axis(tickCount=5, format="~s" if unit == "%" else ",~r", tickMinStep=1)
    return {"field": field, "type": "quantitative", "title": unit, "axis": axis.to_dict()}


def _names(*, grid: bool = False) -> alt.Y:
    return alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=grid))


def _parts(parts: dict[str, t.Any]) -> alt.Color:
    return alt.Color(
        "part:N", title=None, scale=alt.Scale(domain=list(parts), range=COLOURS[: len(parts)])
    )


def _in_parts(
    rows: Sequence[Row], name: str, parts: dict[str, Callable[[Row], float]]
) -> list[Row]:
    return [
        {"name": row[name], "part": label, "value": part(row), "number": number}
        for row in rows
        for number, (label, part) in enumerate(parts.items())
    ]


def _svg(chart: Chart, title: str) -> str:
    styled = (
        chart.properties(
            width=WIDTH,
            background="transparent",
            padding={"left": 2, "top": 2, "right": 12, "bottom": 2},
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelColor="currentColor",
            labelFontSize=FONT,
            labelFlush=False,
            labelLimit=NAME,
            titleColor="currentColor",
            titleFontSize=FONT,
            titleFontWeight="normal",
            gridColor="var(--line)",
            domainColor="var(--line)",
            tickColor="var(--line)",
        )
        .configure_legend(labelColor="currentColor", labelFontSize=FONT, orient="top")
    )
    file = io.StringIO()
    styled.save(file, format="svg")
    label = escape(f"{title}. The table has the figures.")
    return file.getvalue().replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


# -- The charts, by recipe and title


def _got(column: str) -> Callable[[Row], float]:
    return lambda row: float(row[column])


def _rest(column: str, *less: str) -> Callable[[Row], float]:
    return lambda row: float(row[column]) - sum(float(row[each]) for each in less)


def _kinds(rows: Sequence[Row]) -> Chart:
    """Draw how often each kind of thing was changed in each way."""
    kinds = sorted({row["kind"] for row in rows})
    counted = [
        {
            "kind": kind.replace("_", " "),
            **{
                action: sum(row["kind"] == kind and row["action"] == action for row in rows)
                for action in CHANGES.values()
            },
        }
        for kind in kinds
    ]
    parts = {label: _got(action) for label, action in CHANGES.items()}
    return _stack(counted, name="kind", parts=parts, unit="changes")


CHANGES = {"created": "create", "updated": "update", "deleted": "delete"}

CHARTS: dict[str, dict[str, Callable[[Sequence[Row]], Chart]]] = {
    "Response times by service": {
        "Time to acknowledge (bar: mean, tick: median)": partial(
            _means, name="service", kind="tta", unit="minutes"
        ),
        "Time to resolve (bar: mean, tick: median)": partial(
            _means, name="service", kind="ttr", unit="hours", minutes=60
        ),
    },
    "Response times by team": {
        "Time to acknowledge (bar: mean, tick: median)": partial(
            _means, name="team", kind="tta", unit="minutes"
        ),
        "Time to resolve (bar: mean, tick: median)": partial(
            _means, name="team", kind="ttr", unit="hours", minutes=60
        ),
    },
    "Response times by week": {
        "Time to acknowledge (column: mean, line: median)": partial(
            _weeks, kind="tta", unit="minutes"
        ),
        "Time to resolve (column: mean, line: median)": partial(
            _weeks, kind="ttr", unit="hours", minutes=60
        ),
    },
    "An incident and its time line": {"What happened when": _moments},
    "Alert noise by service": {
        "Incidents": partial(
            _stack,
            name="service",
            parts={"noise": _got("noise"), "others": _rest("incidents", "noise")},
            unit="incidents",
        ),
    },
    "Interruptions by person": {
        "Interruptions by day and at night": partial(
            _stack,
            name="person",
            parts={"at night": _got("at_night"), "by day": _rest("interruptions", "at_night")},
            unit="interruptions",
        ),
    },
    "Interruptions by hour": {
        "Interruptions where the person lives": partial(
            _hours,
            parts={"on weekends": _got("on_weekends"), "on weekdays": _got("on_weekdays")},
            unit="interruptions",
        ),
    },
    "On-call load": {
        "Hours on call by day and at night": partial(
            _stack,
            name="person",
            parts={"at night": _got("at_night"), "by day": _rest("hours", "at_night")},
            unit="hours",
        ),
    },
    "Escalations by policy": {
        "Incidents that were escalated": partial(
            _bars, name="policy", value="escalated_percent", unit="% of incidents"
        ),
    },
    "Who changed what": {"The latest changes by what was changed": _kinds},
    "Changes by person": {
        "Changes by person": partial(
            _stack,
            name="who",
            parts={label: _got(label) for label in CHANGES},
            unit="changes",
        ),
    },
}
