"""Print what the CHANGELOG says of the version of a TAG: `python -m docs.release v1.2.3`.

Exits 1 if the tag is not that of the version in pyproject.toml, or the version has no date yet.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def notes(tag: str, project: str, changelog: str) -> str:
    """Return the section of the CHANGELOG's text for the TAG.

    Raises:
        ValueError: it is no release of the PROJECT, the text of pyproject.toml.
    """
    found = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    version = found[1] if found else ""
    if tag != f"v{version}":
        msg = f"the tag is {tag}, and the version in pyproject.toml {version}"
        raise ValueError(msg)
    section = re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.+?)(?=^## |\Z)",
        changelog,
        re.MULTILINE | re.DOTALL,
    )
    if not section:
        msg = f"CHANGELOG.md has no section ## [{version}] with a date"
        raise ValueError(msg)
    return section[1].strip()


if __name__ == "__main__":
    texts = [
        (ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "CHANGELOG.md")
    ]
    try:
        print(notes(sys.argv[1], *texts))
    except ValueError as error:
        sys.exit(f"No release: {error}.")
