"""The targets that are tried: what is installed, what is set, where the data then is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmarks.targets.places import CSV, DuckDB, JSONLines, Parquet, Place, Postgres, SQLite


@dataclass(frozen=True)
class Target:
    """A target with settings, a row of the table."""

    # The package, and what is installed with it.
    package: str
    version: str
    place: Place
    command: str = ""
    # Other packages at fixed versions, and what replaces requirements that no longer build.
    beside: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    # The target's settings beyond the address of the data; the tap's beyond the account's.
    settings: dict[str, Any] = field(default_factory=dict)
    tap: dict[str, Any] = field(default_factory=dict)
    # Settings that are for the test, and not worth a word in the table.
    unlisted: dict[str, Any] = field(default_factory=dict)
    # What the run itself does not show.
    note: str = ""

    @property
    def name(self) -> str:
        """What tells it from the others: the package, with what is not usual."""
        given = [*self.beside, *(f"{name}={value}" for name, value in self.listed.items())]
        return " ".join([f"{self.package}=={self.version}", *given])

    @property
    def listed(self) -> dict[str, Any]:
        """The settings that a user has to know, of the target and of the tap."""
        return {**self.settings, **self.tap}


NO_VERSIONS = {"emit_activate_version_messages": False}
DATAMILL = {
    "host": "postgres_host",
    "port": "postgres_port",
    "user": "postgres_username",
    "password": "postgres_password",
    "database": "postgres_database",
    "schema": "postgres_schema",
}
MAKE_SCHEMA = "Create the schema `pagerduty` first."
# The datamill and first Singer targets send usage data unless they are stopped.
QUIET = {"disable_collection": True}

TARGETS = (
    Target(
        "meltanolabs-target-postgres",
        "0.8.1",
        Postgres(),
        "target-postgres",
        settings={"use_copy": True, "validate_records": False, "batch_size_rows": 2000},
        note="Stops at a text with the character U+0000.",
    ),
    Target(
        "meltanolabs-target-postgres",
        "0.8.1",
        Postgres(),
        "target-postgres",
        note="Its defaults: half as fast.",
    ),
    Target(
        "pipelinewise-target-postgres",
        "2.1.2",
        Postgres({"database": "dbname"}),
        "target-postgres",
        unlisted={"flush_all_streams": True},
    ),
    Target(
        "singer-target-postgres",
        "0.2.4",
        Postgres(DATAMILL),
        "target-postgres",
        overrides=("psycopg2-binary==2.9.10", "psycopg2==2.9.10; python_version < '3'"),
        beside=("setuptools<81",),
        unlisted=QUIET,
        note=MAKE_SCHEMA,
    ),
    Target(
        "singer-target-postgres",
        "0.2.4",
        Postgres(DATAMILL),
        "target-postgres",
        overrides=("psycopg2-binary==2.9.10", "psycopg2==2.9.10; python_version < '3'"),
        beside=("setuptools<81",),
        tap=NO_VERSIONS,
        unlisted=QUIET,
        note=MAKE_SCHEMA,
    ),
    Target("target-duckdb", "0.8.0", DuckDB(), beside=("duckdb==1.1.3",)),
    Target(
        "target-duckdb",
        "0.8.0",
        DuckDB(),
        beside=("duckdb==1.1.3",),
        settings={"add_metadata_columns": True},
    ),
    Target(
        "target-duckdb",
        "0.8.0",
        DuckDB(),
        beside=("duckdb==2.0.1",),
        settings={"add_metadata_columns": True},
    ),
    Target("target-sqlite", "0.2.0", SQLite()),
    Target("target-jsonl", "0.1.4", JSONLines("destination_path")),
    Target("target-singer-jsonl", "0.1.0", JSONLines("local.folder")),
    Target("target-singer-jsonl", "0.1.0", JSONLines("local.folder"), tap=NO_VERSIONS),
    Target(
        "target-s3-jsonl",
        "2.0.1",
        JSONLines("work_dir"),
        unlisted={
            "local": True,
            "s3_bucket": "none",
            "aws_access_key_id": "none",
            "aws_secret_access_key": "none",
            "path_template": "{stream}-{date_time:%Y%m%dT%H%M%S}.json",
            "remove_file": False,
        },
    ),
    Target("meltanolabs-target-csv", "0.5.0", CSV("output_path"), "target-csv"),
    Target(
        "target-csv",
        "0.3.0",
        CSV("destination_path"),
        beside=("setuptools<81",),
        unlisted=QUIET,
    ),
    Target(
        "target-universal-file",
        "0.0.1",
        JSONLines("path"),
        unlisted={"protocol": "local", "file_type": "jsonl"},
    ),
    Target(
        "target-universal-file",
        "0.0.1",
        Parquet("path"),
        settings={"file_type": "parquet"},
        unlisted={"protocol": "local"},
    ),
)
