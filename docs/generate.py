"""Write the tables of the documents from the code: `python -m docs.generate [--check]`.

A table in a document stands between two comments, `<!-- streams -->` and `<!-- /streams -->`;
what is between them is replaced. Written in full: the page of all streams
(`docs/stream_overview.py`), the pages with the columns of each area (`docs/stream_pages.py`), the
diagrams (`docs/diagrams.py`), the definitions for Meltano (`docs/meltano.py`) and the dbt package's
sources (`docs/dbt_package.py`).
"""

from __future__ import annotations

import argparse
import json
import sys
import typing as t
from pathlib import Path

from docs import dbt_package, diagrams, meltano, stream_overview, stream_pages
from docs.stream_facts import areas, links, page_of, table
from tap_pagerduty.records.personal_data import columns
from tap_pagerduty.settings import CREDENTIALS
from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_pagerduty.sync.client import PagerDutyStream

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"


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


def personal(found: dict[str, list[PagerDutyStream]]) -> str:
    """Return the table of the columns with personal data, for the streams of each area."""
    rows = [
        (links([each.name], "streams/"), ", ".join(f"`{path}`" for path in sorted(paths)))
        for part in found.values()
        for each in part
        if (paths := set(columns(each.schema)))
    ]
    return table(("Stream", "Columns"), rows)


def documents() -> dict[Path, str]:
    """Return the documents that hold something generated, as they should be."""
    found = areas()
    return {
        README: filled(README, "streams", stream_overview.areas_table(found)),
        DOCS / "settings.md": filled(DOCS / "settings.md", "settings", settings()),
        DOCS / "personal-data.md": filled(DOCS / "personal-data.md", "personal", personal(found)),
        DOCS / "streams.md": stream_overview.page(found),
        DOCS / "diagram.md": diagrams.page(found),
        **{
            DOCS / "streams" / f"{page_of(area)}.md": stream_pages.page(area, part)
            for area, part in found.items()
        },
        **meltano.documents(),
        **dbt_package.documents(found),
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
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
