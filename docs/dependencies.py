"""Write `docs/dependencies.md`: what comes with the tap, and under which licence.

`python -m docs.dependencies` installs the pins into a folder, for each Python, and reads what they
say of themselves. `make pins` does that when the pins have changed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import typing as t
from importlib.metadata import Distribution, distributions
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

ROOT = Path(__file__).parent.parent
PINS = ROOT / "requirements" / "tap.txt"
PAGE = ROOT / "docs" / "dependencies.md"

HEADER = """\
<!-- Written by `make pins`. -->
# Dependencies

What is installed with the tap, in the versions that it is tested with (`requirements/tap.txt`).
Some are needed with some versions of Python only.

| Package | Version | Licence |
| --- | --- | --- |
"""


def page(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return the page, of names, versions and licences."""
    return HEADER + "".join(f"| {name} | {version} | {text} |\n" for name, version, text in rows)


def pinned(pins: str) -> list[tuple[str, str]]:
    """Return names and versions that the text of a requirements file pins."""
    return re.findall(r"^([\w.-]+)==(\S+)", pins, re.MULTILINE)


def licence(distribution: Distribution) -> str:
    """Return the licence that a distribution names, in one of the three places that there are."""
    metadata = t.cast("Message", distribution.metadata)
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = metadata.get_all("Classifier") or []
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    return " or ".join(names) or (metadata.get("License") or "").partition("\n")[0]


def licences() -> dict[str, str]:
    """Return the licence of each pinned package by its name."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = {}
    for python in re.findall(r"Python :: (3\.\d+)", project):
        with tempfile.TemporaryDirectory() as folder:
            uv = Path(sys.executable).parent / "uv"
            options = f"--quiet --no-deps --only-binary=:all: --python-version={python}"
            subprocess.run(  # noqa: S603, nothing of it comes from outside
                [uv, "pip", "install", *options.split(), "--target", folder, "-r", PINS],
                check=True,
            )
            for each in distributions(path=[folder]):
                found[each.name.lower().replace("_", "-").replace(".", "-")] = licence(each)
    return found


def main() -> None:
    """Write the page."""
    known = licences()
    rows = [(*pin, known[pin[0]]) for pin in pinned(PINS.read_text(encoding="utf-8"))]
    PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
