"""The charts of the report: how the results of the recipes are drawn.

They are drawn in advance, as SVG: a page with them needs neither script nor network, and their
colours are those of its style sheet (`var(--…)`), in the dark and on paper.
"""

from __future__ import annotations

import io
import json
import typing as t
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from html import escape

import altair as alt

from demo.durations import duration, marks
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
    for title, chart in CHARTS.get(recipe, {}).items():
        is_cut = len(rows) > MOST and getattr(chart, "func", None) in {_bars, _times, _stack}
        name = f"{title}, {MOST} of {len(rows)}" if is_cut else title
        drawings.append(Drawing(name, _svg(chart(rows), name)))
    return drawings


def _value(value: object) -> object:
    """Return a value as the library takes it: one that XML excludes would end the process."""
    if isinstance(value, str):
        return printable(value)
    return float(value) if isinstance(value, Decimal) else value


# -- Kinds of charts. Bars stand in the order of the table.


def _bars(
    rows: Sequence[Row], *, name: str, value: str, unit: str, before: str | None = None
) -> Chart:
    """Draw a bar for each row, and a tick for what it was BEFORE."""
    data = [
        {"name": str(row[name]), "value": row[value], "before": before and row[before]}
        for row in rows[:MOST]
        if row[value] is not None
    ]
    base = _chart(data).encode(y=_names())
    bars = base.mark_bar(color=COLOURS[0]).encode(x=_amount("value", unit))
    if not before:
        return bars.properties(height=alt.Step(ROW))
    ticks = base.mark_tick(color="currentColor", thickness=3, size=16).encode(x="before:Q")
    return alt.layer(bars, ticks).properties(height=alt.Step(ROW))


def _times(rows: Sequence[Row], *, name: str, value: str) -> Chart:
    """Draw a bar for each duration."""
    data = [
        {"name": str(row[name]), "value": row[value]}
        for row in rows[:MOST]
        if row[value] is not None
    ]
    x = _duration("value", max((row["value"] for row in data), default=1))
    return (
        _chart(data)
        .mark_bar(color=COLOURS[0])
        .encode(x=x, y=_names())
        .properties(height=alt.Step(ROW))
    )


def _week_stack(rows: Sequence[Row], *, parts: dict[str, Callable[[Row], float]]) -> Chart:
    """Draw a column for each week, made of PARTS."""
    data = [{**each, "name": each["name"].isoformat()} for each in _in_parts(rows, "week", parts)]
    return (
        _chart(data)
        .mark_bar(width=_week_width(rows))
        .encode(
            x=alt.X("name:T", title=None),
            y=_amount("value", "incidents"),
            color=_parts(parts),
            order=alt.Order("number:Q"),
        )
        .properties(height=HEIGHT)
    )


def _week_times(rows: Sequence[Row], *, value: str) -> Chart:
    """Draw a column for the duration of each week."""
    data = [
        {"name": row["week"].isoformat(), "value": row[value]}
        for row in rows
        if row[value] is not None
    ]
    y = _duration("value", max((row["value"] for row in data), default=1))
    return (
        _chart(data)
        .mark_bar(color=COLOURS[0], width=_week_width(rows))
        .encode(x=alt.X("name:T", title=None), y=y)
        .properties(height=HEIGHT)
    )


def _week_width(rows: Sequence[Row]) -> float:
    return max(2.0, 0.75 * (WIDTH - 60) / max(len(rows), 6))


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
    data = [
        {"name": row["what"].replace("_", " "), "minute": row["minutes_since_creation"]}
        for row in rows
    ]
    x = {
        **_duration("minute", max(row["minute"] for row in data)),
        "title": "time since creation",
    }
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


def _duration(field: str, longest: float) -> t.Any:  # noqa: ANN401, an X or a Y
    """Return an axis of minutes, with marks as the table writes them."""
    values = marks(longest)
    names = json.dumps({f"{value:g}": duration(value) if value else "0" for value in values})
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, values[-1]]},
        "axis": alt.Axis(
            values=values, labelExpr=f"({names})[format(datum.value, '~g')]"
        ).to_dict(),
    }


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


def _response_times(name: str) -> dict[str, Callable[[Sequence[Row]], Chart]]:
    return {
        "Incidents (tick: 30 days before)": partial(
            _bars, name=name, value="incidents", unit="incidents", before="incidents_before"
        ),
        "Median time to acknowledge": partial(
            _times, name=name, value="median_minutes_to_acknowledge"
        ),
        "Median time to resolve": partial(_times, name=name, value="median_minutes_to_resolve"),
    }


CHARTS: dict[str, dict[str, Callable[[Sequence[Row]], Chart]]] = {
    "The last eight weeks": {
        "Incidents by weeks ago": partial(
            _bars, name="weeks_ago", value="incidents", unit="incidents"
        ),
        "Median time to resolve by weeks ago": partial(
            _times, name="weeks_ago", value="median_minutes_to_resolve"
        ),
    },
    "Incidents by week": {
        "Incidents by urgency": partial(
            _week_stack,
            parts={"high urgency": _got("high_urgency"), "low urgency": _got("low_urgency")},
        ),
        "Median time to acknowledge": partial(_week_times, value="median_minutes_to_acknowledge"),
        "Median time to resolve": partial(_week_times, value="median_minutes_to_resolve"),
    },
    "Response times by service": _response_times("service"),
    "Response times by team": _response_times("team"),
    "An incident and its time line": {"What happened when": _moments},
    "Alert noise": {
        "Incidents that ended without a person": partial(
            _stack,
            name="alert",
            parts={"noise": _got("noise"), "others": _rest("incidents", "noise")},
            unit="incidents",
        ),
    },
    "Interruptions by person": {
        "Interruptions at night and at other hours": partial(
            _stack,
            name="person",
            parts={
                "at night": _got("at_night"),
                "other hours": _rest("interruptions", "at_night"),
            },
            unit="interruptions",
        ),
    },
    "Interruptions by hour": {
        "Interruptions by local hour of the person": partial(
            _hours,
            parts={"on weekends": _got("on_weekends"), "on weekdays": _got("on_weekdays")},
            unit="interruptions",
        ),
    },
    "On-call load": {
        "Hours on call": partial(
            _stack,
            name="person",
            parts={
                "at night": _got("hours_at_night"),
                "evenings": _got("hours_in_evenings"),
                "at work": _got("hours_at_work"),
            },
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
