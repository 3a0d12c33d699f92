"""Write the README's tables from the code: `python -m docs.generate [--check]`.

A table stands between two comments, `<!-- streams -->` and `<!-- /streams -->`; what is
between them is replaced.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import typing as t
from pathlib import Path

from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

README = Path(__file__).parent.parent / "README.md"


def streams() -> str:
    """Return the table of streams, in the order of the registry."""
    rows = []
    for stream in TapPagerDuty(validate_config=False).discover_streams():
        how = f"incremental, `{stream.replication_key}`" if stream.replication_key else "full table"
        keys = ", ".join(f"`{key}`" for key in stream.primary_keys)
        rows.append((f"`{stream.name}`", keys, how, f"`GET {stream.path}`", f"`{stream.scope}`"))
    return _table(("Stream", "Key", "Replication", "Endpoint", "Scope"), rows)


def settings() -> str:
    """Return the table of the tap's own settings, and the names of those of the SDK."""
    # The SDK appends its own settings to the tap's, in place.
    builtin: dict[str, t.Any] = {"properties": {}}
    TapPagerDuty.append_builtin_config(builtin)
    required = TapPagerDuty.config_jsonschema["required"]
    rows = []
    for name, setting in TapPagerDuty.config_jsonschema["properties"].items():
        if name in builtin["properties"]:
            continue
        default = setting.get("default")
        rows.append(
            (
                f"`{name}`",
                "" if default is None else f"`{json.dumps(default)}`".replace('"', ""),
                "yes" if name in required else "",
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
    text = README.read_text(encoding="utf-8")
    new = generated(text)
    if new == text:
        return 0
    if check:
        sys.stderr.write("README.md is stale; run: python -m docs.generate\n")
        return 1
    README.write_text(new, encoding="utf-8")
    return 0


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(header), *(tuple(row) for row in rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    cells = ((cell.replace("|", r"\|") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


if __name__ == "__main__":
    raise SystemExit(main())
