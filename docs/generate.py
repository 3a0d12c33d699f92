"""Write the tables of the documents from the code: `python -m docs.generate [--check]`.

A table of the README stands between two comments, `<!-- streams -->` and `<!-- /streams -->`;
what is between them is replaced. `docs/streams.md` is written as a whole. What Meltano is told
comes from `docs/meltano.py`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import typing as t
from pathlib import Path

from docs import meltano
from tap_pagerduty.children import ChildStream, WindowedChildStream
from tap_pagerduty.events import EventStream
from tap_pagerduty.pagination import SinglePage
from tap_pagerduty.settings import CREDENTIALS
from tap_pagerduty.streams import AREAS
from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_pagerduty.client import PagerDutyStream

README = Path(__file__).parent.parent / "README.md"
STREAMS = Path(__file__).parent / "streams.md"

HEADER = """\
# Streams

Written by `python -m docs.generate`. [What is left out](left-out.md) has its reasons.

- **Replication**: an incremental stream reads what is new since the last run, a full table all.
- **Needs**: the permission (scope) that PagerDuty documents for the endpoint, where it does, and
  the plan, feature or role that not every account or key has. Without it the stream is skipped.
- **Default**: whether the stream is selected unless a catalog says otherwise. Those that are not
  cost a request for each record of another stream, or need what not all have, or hold personal
  data, or hold what few look for.
- **Requests** of a run, at least one. "1 per record of `services`" is for a stream whose endpoint
  shows what belongs to a single service: the list of services is read first, once for all such
  streams, selected or not. A range of days counts from the bookmark, or `start_date`, on.
"""


def streams() -> str:
    """Return the table of the streams that are selected by default, in the registry's order."""
    every = [stream for part in areas().values() for stream in part]
    rows = [
        (f"`{each.name}`", _keys(each), _replication(each), _endpoint(each), f"`{each.scope}`")
        for each in every
        if each.selected_by_default
    ]
    table = _table(("Stream", "Key", "Replication", "Endpoint", "Scope"), rows)
    return (
        f"{table}\n\nThese {len(rows)} of {len(every)} streams are selected by default.\n"
        "[docs/streams.md](docs/streams.md) has all, with what they need and cost in requests."
    )


def page() -> str:
    """Return the page of all streams, area by area."""
    header = ("Stream", "Key", "Replication", "Endpoint", "Needs", "Default", "Requests")
    parts = [HEADER]
    for area, part in areas().items():
        rows = [
            (
                f"`{each.name}`",
                _keys(each),
                _replication(each),
                _endpoint(each),
                "; ".join(filter(None, (each.scope and f"`{each.scope}`", each.plan))),
                "yes" if each.selected_by_default else "",
                cost(each),
            )
            for each in part
        ]
        parts.append(f"## {area}\n\n{_table(header, rows)}\n")
    return "\n".join(parts)


def areas() -> dict[str, list[PagerDutyStream]]:
    """Return the streams of each area, as a run has them."""
    found = {
        type(stream): stream for stream in TapPagerDuty(validate_config=False).discover_streams()
    }
    return {area: [found[each] for each in part] for area, part in AREAS.items()}


def cost(stream: PagerDutyStream) -> str:
    """Return what a run of the stream costs in requests, as its declared facts have it."""
    if stream.cost:
        return stream.cost
    single = isinstance(stream.paginator, SinglePage)
    size = f"{stream.paginator.first().params.get('limit', 0):,}"
    if isinstance(stream, ChildStream):
        changed = "new or changed " if issubclass(stream.parent, EventStream) else ""
        days = ""
        if isinstance(stream, WindowedChildStream):
            days = f" and {stream.max_window_days} days"
        more = "" if single else f"; more for one that has over {size}"
        return f"1 per {changed}record of `{stream.parent.name}`{days}{more}"  # type: ignore[misc]
    if isinstance(stream, EventStream):
        period = f"{stream.max_window_days} days" if stream.max_window_days > 1 else "day"
        period = "month" if stream.period == "month" else period
        return f"1 per {period}" if single else f"1 per {size} records, and per {period}"
    if single:
        return "1"
    return f"1 per {size} {stream.path.rpartition('/')[2] if stream.nested else 'records'}"


def settings() -> str:
    """Return the table of the tap's own settings, and the names of those of the SDK."""
    # The SDK appends its own settings to the tap's, in place.
    builtin: dict[str, t.Any] = {"properties": {}}
    TapPagerDuty.append_builtin_config(builtin)
    # One kind of credentials is required, with all that belongs to it.
    required = {name: "and" for kind in CREDENTIALS for name in kind}
    required.update({kind[0]: "or" for kind in CREDENTIALS})
    required[CREDENTIALS[0][0]] = "either"
    rows = []
    for name, setting in TapPagerDuty.config_jsonschema["properties"].items():
        if name in builtin["properties"]:
            continue
        default = setting.get("default")
        rows.append(
            (
                f"`{name}`",
                "" if default is None else f"`{json.dumps(default)}`".replace('"', ""),
                required.get(name, ""),
                "yes" if setting.get("secret") else "",
                setting["description"],
            ),
        )
    names = ", ".join(f"`{name}`" for name in builtin["properties"])
    table = _table(("Setting", "Default", "Required", "Secret", "Meaning"), rows)
    return f"{table}\n\nThe Singer SDK adds settings of its own: {names}."


def generated(text: str) -> str:
    """Return the TEXT of the README with its tables as the code has them now."""
    for name, content in (("streams", streams()), ("settings", settings())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not between.search(text):
            msg = f"README.md has no {begin} … {end}"
            raise SystemExit(msg)
        # A backslash in a replacement would be read as an escape.
        text = between.sub(f"{begin}\n{content}\n{end}".replace("\\", r"\\"), text)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables, or with `--check` tell if they are stale; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    check = parser.parse_args(arguments).check
    documents = {
        README: generated(README.read_text(encoding="utf-8")),
        STREAMS: page(),
        **meltano.documents(),
    }
    stale = [
        path
        for path, text in documents.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if check and stale:
        names = " and ".join(path.name for path in stale)
        sys.stderr.write(f"{names}: stale; run: python -m docs.generate\n")
        return 1
    for path in stale:
        path.write_text(documents[path], encoding="utf-8")
    return 0


def _keys(stream: PagerDutyStream) -> str:
    return ", ".join(f"`{name}`" for name in stream.primary_keys)


def _replication(stream: PagerDutyStream) -> str:
    key = stream.replication_key
    return f"incremental, `{key}`" if key else "full table"


def _endpoint(stream: PagerDutyStream) -> str:
    return f"`{getattr(stream, 'method', 'GET')} {stream.path}`"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(header), *(tuple(row) for row in rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    cells = ((cell.replace("|", r"\|") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


if __name__ == "__main__":
    raise SystemExit(main())
