"""Write the tables of the documents from the code: `python -m docs.generate [--check]`.

A table in a document stands between two comments, `<!-- streams -->` and `<!-- /streams -->`;
what is between them is replaced. The pages of all streams, of each area's columns, and of the
diagrams are written as a whole. What Meltano is told comes from `docs/meltano.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import typing as t
from pathlib import Path

from docs import columns, dbt, diagrams, meltano
from docs.facts import areas, cost, endpoint, keys, links, needs, page_of, replication, table
from tap_pagerduty.settings import CREDENTIALS
from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_pagerduty.client import PagerDutyStream

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"

HEADER = """\
# Streams

Written by `python -m docs.generate`. [What is left out](left-out.md) has its reasons.

- **Replication**: an incremental stream reads what is new since the last run, a full table
  everything on each run.
- **Needs**: the permission (scope) that PagerDuty documents for the endpoint, where it does, and
  the plan, feature or role that not every account or key has. Without it the stream is skipped.
- **Filters**: the settings that narrow the stream down. What belongs to a record of another stream
  is left out with that record.
- **Default**: whether the stream is selected unless a catalog says otherwise. Those that are not
  cost a request for each record of another stream, need a plan or role that not everyone has, hold
  personal data, or hold what few look for.
- **Requests**: how many a run makes, at least one. "1 per record of `services`" is for a stream
  whose endpoint shows what belongs to a single service: the list of services is read first, once
  for all such streams, selected or not. A range of days counts from the bookmark, or `start_date`,
  on.

[Tables and their keys](diagram.md) shows what leads where.

## Columns

The name of a stream leads to its columns.

- The properties of an object, or of the objects in a list, follow below it as `outer.inner`.
- A **reference** is an object with the `id`, `type`, `summary`, `self` and `html_url` of another
  resource, of which the last three may be null, and with the properties that follow below it. An
  arrow leads from a reference, or from an id, to the stream whose key the id is.
- Every column but the key may be null. Objects are open: what PagerDuty adds is kept.
- A time is ISO 8601 in UTC with a trailing `Z`.
"""


def streams(found: Iterable[PagerDutyStream]) -> str:
    """Return the table of the streams that are selected by default."""
    every = list(found)
    rows = [
        (f"`{each.name}`", keys(each), replication(each), endpoint(each), f"`{each.scope}`")
        for each in every
        if each.selected_by_default
    ]
    return (
        f"{table(('Stream', 'Key', 'Replication', 'Endpoint', 'Scope'), rows)}\n\n"
        f"These {len(rows)} of {len(every)} streams are selected by default.\n"
        "[docs/streams.md](docs/streams.md) has all, with what they need and cost in requests."
    )


def overview(found: dict[str, list[PagerDutyStream]]) -> str:
    """Return the page of all streams, area by area."""
    header = ("Stream", "Key", "Replication", "Endpoint", "Needs", "Filters", "Default", "Requests")
    parts = [HEADER]
    for area, part in found.items():
        rows = [
            (
                links([each.name], "streams/"),
                keys(each),
                replication(each),
                endpoint(each),
                needs(each),
                ", ".join(f"`{setting}`" for setting in each.filters),
                "yes" if each.selected_by_default else "",
                cost(each),
            )
            for each in part
        ]
        parts.append(f"## {area}\n\n{table(header, rows)}\n")
    return "\n".join(parts)


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
    header = ("Setting", "Default", "Required", "Secret", "Meaning")
    return f"{table(header, rows)}\n\nThe Singer SDK adds settings of its own: {names}."


def documents() -> dict[Path, str]:
    """Return the documents that hold something generated, as they should be."""
    found = areas()
    every = [stream for part in found.values() for stream in part]
    return {
        README: filled(README, "streams", streams(every)),
        DOCS / "settings.md": filled(DOCS / "settings.md", "settings", settings()),
        DOCS / "streams.md": overview(found),
        DOCS / "diagram.md": diagrams.page(found),
        **{
            DOCS / "streams" / f"{page_of(area)}.md": columns.page(area, part)
            for area, part in found.items()
        },
        **meltano.documents(),
        **dbt.documents(found),
    }


def filled(path: Path, name: str, content: str) -> str:
    """Return the text of a document, with CONTENT between the two comments of this NAME."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, also_found, after = rest.partition(end)
    if not (found and also_found):
        msg = f"{path.name} has no {begin} … {end}"
        raise SystemExit(msg)
    return f"{before}{begin}\n{content}\n{end}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables, or with `--check` tell if they are stale; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    check = parser.parse_args(arguments).check
    stale = {
        path: text
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if check and stale:
        names = ", ".join(str(path.relative_to(DOCS.parent)) for path in stale)
        sys.stderr.write(f"{names}: stale; run: python -m docs.generate\n")
        return 1
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
