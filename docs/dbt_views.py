"""Write the dbt package's models as plain views, for databases without dbt: `make views`.

dbt compiles the models for each database. What reads a table of the tap stands in a file for each
stream, in `streams/`, and again in `empty/`, for a stream that is not loaded. All else is in
`models.sql`, in an order in which it can be run. `checksum` says of what the views were made: to
make them in each test would take too long.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import tempfile
import typing as t
from pathlib import Path

from demo.postgres import EmbeddedPostgres
from demo.processes import Processes
from docs.dbt_package import PACKAGE, is_staged
from tap_pagerduty.streams import STREAMS

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Node = dict[str, t.Any]

DBT = PACKAGE.parent / ".venv-dbt" / "bin" / "dbt"
PINS = PACKAGE.parent / "requirements" / "dbt.txt"
VIEWS = PACKAGE / "views"
CHECKSUM = VIEWS / "checksum"
DATABASES = ("postgres", "duckdb")
SCHEMA = "pagerduty_models"

HEADER = "-- Written by `make views` from the dbt package.\n"


def documents(database: str, env: dict[str, str], place: Path) -> dict[Path, str]:
    """Return the files of views for a DATABASE.

    ENV has the `TARGET_*` variables by which dbt reaches it; nothing in it is changed. PLACE is a
    directory for what dbt writes.
    """
    manifest, empty = compiled(database, env, place)
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }
    folder = VIEWS / database
    found = {folder / "schema.sql": f"{HEADER}create schema if not exists {SCHEMA};\n"}
    models = [HEADER]
    of_stream: dict[str, list[str]] = {}
    for node in in_order(nodes):
        read = [
            each.rpartition(".")[2]
            for each in node["depends_on"].get("nodes", ())
            if each.startswith("source.")
        ]
        # It reads the names of custom fields only, which dbt looks up and a plain view cannot.
        if node["name"] == "pagerduty__incidents":
            read = []
        if read:
            [stream] = read
            of_stream.setdefault(stream, []).append(view(node))
        else:
            models.append(view(node))
    found[folder / "models.sql"] = "\n".join(models)
    for stream, parts in of_stream.items():
        text = "\n".join([HEADER, *parts])
        table = f'"pagerduty"."{stream}"'
        if table not in text:
            msg = f"the views of {stream} do not read {table}"
            raise ValueError(msg)
        found[folder / "streams" / f"{stream}.sql"] = text
        found[folder / "empty" / f"{stream}.sql"] = text.replace(table, empty[stream])
    return found


def compiled(
    database: str, env: dict[str, str], place: Path
) -> tuple[dict[str, t.Any], dict[str, str]]:
    """Return dbt's manifest with the SQL of each model, and what stands in for each stream."""
    streams = [stream.name for stream in STREAMS if is_staged(stream)]  # type: ignore[misc]
    run = subprocess.run(  # noqa: S603, nothing of it comes from outside
        [
            *(DBT, "--quiet", "compile", "--full-refresh"),
            *("--project-dir", PACKAGE, "--profiles-dir", PACKAGE),
            *("--vars", json.dumps({"pagerduty_streams": streams})),
            *("--select", "resource_type:model", "resource_type:analysis"),
        ],
        env={
            **os.environ,
            **env,
            "DBT_TARGET": database,
            "DBT_SCHEMA": SCHEMA,
            "DBT_TARGET_PATH": str(place),
            "DBT_LOG_PATH": str(place),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode:
        raise SystemExit(run.stdout)
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    [analysis] = (n for n in manifest["nodes"].values() if n["resource_type"] == "analysis")
    parts = re.findall(r"^-- (\w+)\n(.+)$", analysis["compiled_code"], re.MULTILINE)
    return manifest, dict(parts)


def in_order(nodes: dict[str, Node]) -> Iterator[Node]:
    """Yield models, each after those that it reads; by name where that leaves a choice."""
    waiting = dict(sorted(nodes.items()))
    done: set[str] = set()
    while waiting:
        for name, node in list(waiting.items()):
            if not any(each in waiting for each in node["depends_on"].get("nodes", ())):
                yield waiting.pop(name)
                done.add(name)


def view(node: Node) -> str:
    """Return the statement that makes a view of a model, or of a seed."""
    if node["resource_type"] == "seed":
        sql = "\n".join(values(node))
    else:
        # The database is that of the connection.
        sql = re.sub(r'"[^"]+"\.("\w+"\."\w+")', r"\1", node["compiled_code"])
        sql = re.sub(r"\n{3,}", "\n\n", sql.strip())
        sql = re.sub(r"[ \t]+$", "", sql, flags=re.MULTILINE)
    return f"create or replace view {SCHEMA}.{node['name']} as\n{sql};\n"


def values(node: Node) -> Iterable[str]:
    """Yield the lines of a query that gives the rows of a seed."""
    kinds = node["config"]["column_types"]
    path = PACKAGE / node["original_file_path"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for place, row in enumerate(rows):
        cells = (
            f"cast({'null' if cell == '' else repr(cell)} as {kinds[name]}) as {name}"
            for name, cell in row.items()
        )
        yield f"select {', '.join(cells)}{'' if place == len(rows) - 1 else ' union all'}"


def checksum() -> str:
    """Return a checksum of the views, and of all that they are made of."""
    made_of = [PACKAGE / "dbt_project.yml", PACKAGE / "seeds" / "seeds.yml", PINS, Path(__file__)]
    # And not what dbt has written to the directory.
    for folder in ("analyses", "macros", "models", "seeds", "views"):
        made_of += [p for p in (PACKAGE / folder).rglob("*") if p.suffix in {".sql", ".csv"}]
    total = hashlib.sha256()
    for path in sorted(made_of):
        total.update(str(path.relative_to(PACKAGE.parent)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def write(found: dict[Path, str]) -> None:
    """Write the files, and remove those of models and streams that are gone."""
    for folder in {path.parent for path in found}:
        for path in folder.glob("*.sql"):
            if path not in found:
                path.unlink()
    for path, text in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Write the views of both databases, with a PostgreSQL and a DuckDB of their own."""
    with tempfile.TemporaryDirectory() as folder, Processes() as processes:
        place = Path(folder)
        address = EmbeddedPostgres(place / "server").start(processes)
        env = {
            **{f"TARGET_POSTGRES_{name.upper()}": value for name, value in address.items()},
            "TARGET_DUCKDB_FILEPATH": str(place / "empty.duckdb"),
        }
        for database in DATABASES:
            write(documents(database, env, place / database))
    CHECKSUM.write_text(f"{checksum()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
