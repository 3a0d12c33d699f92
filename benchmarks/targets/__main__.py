"""Load the tap into each target and compare: `python -m benchmarks.targets [PACKAGE …]`.

It writes the table in docs/targets.md: all of it, or the rows of the named packages.
"""

# ruff: noqa: S603 - the commands are our own

from __future__ import annotations

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks.environments import environment
from benchmarks.measured_process import HERE
from benchmarks.targets.comparison import Findings, compare
from benchmarks.targets.emission import Emission, emit
from benchmarks.targets.places import SCHEMA, reach
from benchmarks.targets.sheet import TARGETS, Target
from demo.postgres import EmbeddedPostgres
from demo.processes import Processes
from docs.generate import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = HERE.parent / "docs" / "targets.md"
# Seconds for a load: some targets insert row by row.
PATIENCE = 1800
HEADER = (
    "Target",
    "Version",
    "Default streams",
    "All streams",
    "Nested data",
    "Deletions",
    "Set",
    "Known faults",
)


@dataclass
class Load:
    """What became of two runs into a target."""

    error: str = ""
    findings: Findings | None = None

    @property
    def is_faultless(self) -> bool:
        """Whether all rows and fields arrived as they were emitted."""
        return self.findings is not None and not self.findings.faults

    def __str__(self) -> str:
        if self.error:
            return f"no: `{self.error}`"
        return "yes" if self.is_faultless else "with faults"


class Bench:
    """Loads targets; keeps what the tap emitted, and a PostgreSQL."""

    def __init__(self, home: Path, processes: Processes) -> None:
        """Work in a directory HOME."""
        self._home = home
        self._emitted: dict[str, Emission] = {}
        self._databases = 0
        self._address = EmbeddedPostgres(home / "postgres").start(processes)
        with psycopg.connect(reach(self._address), autocommit=True) as connection:
            # It need not outlive a power failure.
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "jit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")

    def load(self, target: Target, *, every: bool) -> Load:
        """Load two runs of EVERY stream, or of the default ones; compare what is there then."""
        emission = self._emission(every=every, **target.tap)
        self._databases += 1
        home = self._home / f"load{self._databases}"
        home.mkdir()
        address = {**self._address, "database": f"load{self._databases}"}
        with psycopg.connect(reach(self._address), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {address['database']}".encode())
        with psycopg.connect(reach(address), autocommit=True) as connection:
            # Not every target makes it.
            connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        name = re.sub(r"\W+", "-", "-".join([target.package, target.version, *target.beside]))
        programs = environment(
            name,
            [f"{target.package}=={target.version}", *target.beside],
            target.overrides,
        )
        own = {**target.unlisted, **target.settings}
        config = home.with_suffix(".json")
        config.write_text(json.dumps({**target.place.settings(home, address), **own}))
        command = [programs / (target.command or target.package), "--config", config]
        for run in emission.runs:
            if error := _feed(command, run, home):
                return Load(error=error)
            # Files are named after the second.
            time.sleep(1)
        tables = target.place.tables(home, address, programs / "python")
        findings = compare(emission, tables)
        lines = (json.dumps(change, default=str) for change in findings.changes)
        home.with_suffix(".changes").write_text("\n".join(lines), encoding="utf-8")
        return Load(findings=findings)

    def _emission(self, *, every: bool, **settings: Any) -> Emission:  # noqa: ANN401
        name = "-".join(["all" if every else "default", *settings])
        if name not in self._emitted:
            self._emitted[name] = emit(self._home / name, every=every, **settings)
        return self._emitted[name]


def _feed(command: list[Any], run: Path, home: Path) -> str:
    """Feed a file of messages to a target; return what stopped it, in a line, empty if nothing."""
    log = home.with_suffix(".log")
    with run.open("rb") as messages, log.open("w") as said:
        try:
            status = subprocess.run(
                command,
                stdin=messages,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=home,
                timeout=PATIENCE,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            status = None
    if status == 0:
        return ""
    ending = f"exit status {status}" if status else f"no end after {PATIENCE} s"
    return error_in(log.read_text(encoding="utf-8", errors="replace")) or ending


def error_in(log: str) -> str:
    """Return the line of a log that says why a program failed, shortened; empty if none does."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and "INFO" not in line]
    errors = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception|Errors)\b", line)]
    found = (errors or lines or [""])[-1]
    # Without the value that does not fit.
    found = re.sub(r"\{.*?\}|\[.*?\]", "…", found)
    return found if len(found) <= 100 else f"{found[:99]}…"  # noqa: PLR2004


def row_of(target: Target, default: Load, every: Load) -> tuple[str, ...]:
    """Return the row of a target, cell by cell."""
    findings = every.findings or default.findings or Findings()
    faults = [
        f"{fault} ({count:,}, first in `{findings.examples[fault]}`)"
        for fault, count in sorted(findings.faults.items())
    ]
    if target.note:
        faults.append(target.note)
    given = [f"`{name}: {json.dumps(value)}`" for name, value in target.settings.items()]
    given += [f"`{name}: {json.dumps(value)}` of the tap" for name, value in target.tap.items()]
    return (
        f"`{target.package}`",
        " ".join([target.version, *(f"`{each}`" for each in target.beside)]),
        str(default),
        str(every),
        _most(findings.nested),
        _most(findings.deletions),
        ", ".join(given),
        "; ".join(faults),
    )


def _most(counter: dict[str, int]) -> str:
    return ", ".join(sorted(counter, key=lambda name: -counter[name]))


def identity(row: Sequence[str]) -> tuple[str, ...]:
    """Return what tells a row from the others: package, versions and settings."""
    return row[0], row[1], row[6]


def cells_of(page: str) -> list[tuple[str, ...]]:
    """Return the rows of the table in a page, cell by cell."""
    _, _, found = page.partition("<!-- targets -->")
    lines = [line for line in found.splitlines() if line.startswith("| `")]
    rows = (re.split(r" (?<!\\)\| ", line[2:-2]) for line in lines)
    return [tuple(cell.replace("\\|", "|") for cell in row) for row in rows]


def table(rows: Iterable[Iterable[str]]) -> str:
    """Return the Markdown table, with where and when it was made."""
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    cells = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    made = f"Tried by `make targets`, Python {platform.python_version()}."
    return "\n".join([made, "", *cells])


def main() -> int:
    """Load what is named, or all; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.targets", description=__doc__)
    packages = sorted({target.package for target in TARGETS})
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=f"of {', '.join(packages)}")
    parser.add_argument("--keep", type=Path, help="directory to work in; it stays")
    given = parser.parse_args()
    if unknown := set(given.packages) - set(packages):
        parser.error(f"no such target: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="targets-") as temporary, Processes() as processes:
        bench = Bench(given.keep or Path(temporary), processes)
        text = PAGE.read_text(encoding="utf-8")
        earlier = {identity(cells): cells for cells in cells_of(text)}
        rows: list[tuple[str, ...]] = []
        for target in TARGETS:
            if target.package not in (given.packages or packages):
                rows += filter(None, [earlier.get(identity(row_of(target, Load(), Load())))])
            else:
                started = time.monotonic()
                every = bench.load(target, every=True)
                # The default streams are among all: they load if those do.
                default = every if every.is_faultless else bench.load(target, every=False)
                rows.append(row_of(target, default, every))
                print(f"{target.name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    found = table(rows)
    print(found)
    PAGE.write_text(filled(PAGE, "targets", found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
