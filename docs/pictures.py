"""Make the README's pictures: `python -m docs.pictures [badges]`, by `make pictures`.

The first is the real output of `make run` on an empty `output/`, the second the first screen of
`make report`, drawn by a headless Chromium. Badges are made of pyproject.toml.
"""

# ruff: noqa: S603, S607 - the commands are our own

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import metadata, version
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "docs" / "_static"
COLUMNS = 130
# Lines of a long output that are shown.
FIRST_LINES, LAST_LINES = 8, 27
# Pixels of the report's first screen.
REPORT = 1200, 900
_BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img"
  aria-label="{label}: {value}">
<rect width="{width}" height="20" rx="3" fill="#555"/>
<rect x="{left}" width="{right}" height="20" rx="3" fill="#287a3c"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="6" y="14">{label}</text><text x="{at}" y="14">{value}</text></g>
</svg>
"""


def badges() -> dict[str, str]:
    """Return the badges by file name: what pyproject.toml and the installed SDK say."""
    own = metadata("tap-pagerduty")
    pythons = re.findall(r"Python :: (3\.\d+)", "\n".join(own.get_all("Classifier") or ()))
    sdk = version("singer-sdk").rpartition(".")[0]
    return {
        "badge-python.svg": _badge("Python", f"{pythons[0]} – {pythons[-1]}"),  # noqa: RUF001
        "badge-licence.svg": _badge("licence", own["License-Expression"]),
        "badge-sdk.svg": _badge("Singer SDK", sdk),
    }


def _badge(label: str, value: str) -> str:
    left, right = (len(text) * 7 + 12 for text in (label, value))
    return _BADGE.format(
        width=left + right, left=left, right=right, at=left + 6, label=label, value=value
    )


def terminal(command: list[str], title: str) -> str:
    """Return an SVG of a terminal that shows a COMMAND and what it prints.

    Raises:
        CalledProcessError: it failed.
    """
    print("$", *command, file=sys.stderr)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor")
    console.print(Text(f"$ {title}", style="bold"))
    lines = done.stdout.splitlines()
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out > 1:
        lines[FIRST_LINES:-LAST_LINES] = ["", f"  [{left_out} lines left out]", ""]
    for line in lines:
        console.print(Text.from_ansi(line))
    picture = console.export_svg(title=title)
    # No font is fetched: the reader's own will do.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return re.sub(r"font-family: Fira Code", "font-family: ui-monospace", picture)


def report(path: Path, page: Path) -> None:
    """Draw the first screen of a report, a PAGE, into a PNG at PATH.

    Raises:
        CalledProcessError: Chromium failed.
    """
    width, height = REPORT
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                shutil.which("chromium") or "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--disable-background-networking",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--screenshot={path}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )


def main() -> None:
    """Make all pictures, or only the badges."""
    STATIC.mkdir(exist_ok=True)
    for name, text in badges().items():
        (STATIC / name).write_text(text, encoding="utf-8")
    if sys.argv[1:] == ["badges"]:
        return
    if (ROOT / "output").exists():
        sys.exit("Move output/ away first: the picture is of a first load.")
    (STATIC / "run.svg").write_text(terminal(["make", "-s", "run"], "make run"), encoding="utf-8")
    print("$ make report", file=sys.stderr)
    subprocess.run(["make", "-s", "report"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    [page] = (ROOT / "output").rglob("report.html")
    report(STATIC / "report.png", page)


if __name__ == "__main__":
    main()
