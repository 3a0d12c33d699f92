"""From the API into a database: our tap and a stock one, through a pipe and through Meltano."""

# ruff: noqa: S603, S608 - the commands and names are our own

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import yaml

from benchmarks.cpu_and_memory import IN_WINDOW, SINCE, STREAMS, UNTIL
from benchmarks.measured_process import HERE, Server, Tap
from benchmarks.targets.places import reach
from demo.postgres import EmbeddedPostgres
from demo.processes import Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.measured_process import Command

PROJECT = HERE.parent
# Records that PagerDuty's limit lets through in a second: 960 requests a minute, 100 in each.
CEILING = 1_600
SHIPPED, DEFAULTS, BATCH = "as shipped", "its defaults", "as shipped, BATCH"
OURS, STOCK, MELTANO = "our tap", "stock SDK tap", "our tap, `meltano run`"


@dataclass(frozen=True)
class Pipe:
    """A tap and a target: what runs, and how the target is set."""

    tap: str
    target: str
    settings: str = SHIPPED


PIPES = (
    Pipe(OURS, "target-postgres"),
    Pipe(MELTANO, "target-postgres"),
    Pipe(OURS, "target-postgres", BATCH),
    Pipe(OURS, "target-postgres", DEFAULTS),
    Pipe(STOCK, "target-postgres"),
    Pipe(STOCK, "target-postgres", DEFAULTS),
    Pipe(OURS, "target-duckdb"),
    Pipe(MELTANO, "target-duckdb"),
    Pipe(STOCK, "target-duckdb"),
)


@dataclass
class Rates:
    """Records a second by pipe; or why there are none."""

    found: dict[Pipe, float] = field(default_factory=dict)
    failed: dict[Pipe, str] = field(default_factory=dict)
    # Seconds of CPU of the taps, with what they wait for.
    tap_cpu: dict[Pipe, float] = field(default_factory=dict)


def program(target: str) -> Path:
    """Return the program of a target as `make run` installs it."""
    return PROJECT / ".meltano" / "loaders" / target / "venv" / "bin" / target


def measure(size: int) -> Rates:
    """Load SIZE incidents and as many log entries through each pipe, one after another."""
    rates = Rates()
    with (
        Server("replay_server") as server,
        tempfile.TemporaryDirectory(prefix="bench-") as home,
        Processes() as processes,
    ):
        server.ask(size=size)
        bench = Bench(Path(home), server.url, size, processes)
        for pipe in PIPES:
            if not program(pipe.target).exists():
                rates.failed[pipe] = "not installed here; `make run` does"
                continue
            print(f"{size:,} records of each stream: {pipe}", file=sys.stderr)
            seconds, rows, cpu = bench.load(pipe)
            if rows != size * len(STREAMS):
                rates.failed[pipe] = f"loaded {rows:,} of {size * len(STREAMS):,}"
                continue
            rates.found[pipe] = rows / seconds
            rates.tap_cpu[pipe] = cpu
    return rates


class Bench:
    """Runs pipes, each into a database of its own."""

    def __init__(self, home: Path, url: str, size: int, processes: Processes) -> None:
        """Work in HOME; the account at URL has SIZE records of each stream."""
        self._home = home
        self._size = size
        self._url = url
        self._count = 0
        self._address = EmbeddedPostgres(home / "postgres").start(processes)
        self._shipped = _settings_of_loaders()

    def load(self, pipe: Pipe) -> tuple[float, int, float]:
        """Return the seconds that a load takes, the rows that are there then, the tap's CPU."""
        self._count += 1
        place = self._home / f"load{self._count}"
        place.mkdir()
        own, count = self._place(pipe.target, place)
        shipped = self._shipped[pipe.target] if pipe.settings != DEFAULTS else {}
        schema = {"default_target_schema": "pagerduty"}
        started = time.monotonic()
        if pipe.tap == MELTANO:
            self._run_meltano(pipe.target, own, place)
            cpu = 0.0
        else:
            tap = self._tap(pipe, place)
            config = place / "target.json"
            config.write_text(json.dumps({**shipped, **schema, **own}))
            cpu = _run_pipe(tap, [str(program(pipe.target)), "--config", str(config)], place)
        return time.monotonic() - started, count(), cpu

    def _tap(self, pipe: Pipe, place: Path) -> Command:
        if pipe.tap == STOCK:
            span = (UNTIL - SINCE).total_seconds() * min(1, IN_WINDOW / self._size)
            config = place / "stock.json"
            stock = {
                "api_key": "sandbox-key",
                "api_url": self._url,
                "since": SINCE.isoformat(),
                "until": UNTIL.isoformat(),
                "window_seconds": round(span),
            }
            config.write_text(json.dumps(stock))
            return [sys.executable, "-m", "benchmarks.stock_tap", "--config", str(config)]
        settings: dict[str, Any] = {"start_date": SINCE.isoformat()}
        if pipe.settings == BATCH:
            files = place / "batches"
            files.mkdir()
            settings["batch_config"] = {
                "encoding": {"format": "jsonl", "compression": "none"},
                "storage": {"root": files.as_uri()},
            }
        self._kept = Tap(self._url, STREAMS, **settings)
        return self._kept.command()

    def _place(self, target: str, place: Path) -> tuple[dict[str, Any], Callable[[], int]]:
        """Return the settings that lead a target to an empty database, and what counts its rows."""
        if target == "target-duckdb":
            file = place / "warehouse.duckdb"
            return {"filepath": str(file)}, lambda: _rows_of_duckdb(file)
        address = {**self._address, "database": f"load{self._count}"}
        with psycopg.connect(reach(self._address), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {address['database']}".encode())
        return {**address, "port": int(address["port"])}, lambda: _rows_of_postgres(address)

    def _run_meltano(self, target: str, own: Mapping[str, Any], place: Path) -> None:
        prefix = target.upper().replace("-", "_")
        environment = {
            **os.environ,
            **{f"{prefix}_{name.upper()}": str(value) for name, value in own.items()},
            "TAP_PAGERDUTY_API_KEY": "sandbox-key",
            "TAP_PAGERDUTY_API_URL": self._url,
            "TAP_PAGERDUTY_START_DATE": SINCE.isoformat(),
            "TAP_PAGERDUTY_RATE_LIMIT_RESERVE_PERCENT": "0",
            "TAP_PAGERDUTY__SELECT": json.dumps([f"{name}.*" for name in STREAMS]),
            "MELTANO_DATABASE_URI": f"sqlite:///{place / 'meltano.db'}",
        }
        meltano = str(Path(sys.executable).with_name("meltano"))
        with (place / "meltano.log").open("wb") as log:
            subprocess.run(
                [meltano, "run", "--force", "tap-pagerduty", target],
                env=environment,
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                check=False,
            )


def _run_pipe(tap: Command, target: Command, place: Path) -> float:
    """Run a tap into a target; return the tap's seconds of CPU."""
    with (place / "tap.log").open("wb") as said, (place / "target.log").open("wb") as log:
        source = subprocess.Popen(tap, stdout=subprocess.PIPE, stderr=said, cwd=PROJECT)
        sink = subprocess.Popen(
            target, stdin=source.stdout, stdout=subprocess.DEVNULL, stderr=log, cwd=place
        )
        if source.stdout:
            source.stdout.close()
        _, _, usage = os.wait4(source.pid, 0)
        source.returncode = 0
        sink.wait()
    return usage.ru_utime + usage.ru_stime


def _settings_of_loaders() -> dict[str, dict[str, Any]]:
    """Return the settings of the targets as our meltano.yml has them."""
    project = yaml.safe_load((PROJECT / "meltano.yml").read_text(encoding="utf-8"))
    return {
        loader["name"]: {
            setting["name"]: setting["value"]
            for setting in loader["settings"]
            if "value" in setting and setting["name"] != "port"
        }
        for loader in project["plugins"]["loaders"]
    }


def _rows_of_postgres(address: Mapping[str, str]) -> int:
    with psycopg.connect(reach(address)) as connection:
        return sum(_counts(lambda query: connection.execute(query.encode()).fetchone()))


def _rows_of_duckdb(file: Path) -> int:
    """Have the target's own DuckDB count, which reads what it wrote."""
    read = (
        "import duckdb, sys\n"
        "with duckdb.connect(sys.argv[1], read_only=True) as database:\n"
        "    print([database.execute(query).fetchone()[0] for query in sys.argv[2:]])"
    )
    python = program("target-duckdb").with_name("python")
    queries = [f"SELECT count(*) FROM pagerduty.{name}" for name in STREAMS]
    found = subprocess.run(
        [python, "-c", read, file, *queries], capture_output=True, text=True, check=False
    )
    return sum(map(int, re.findall(r"\d+", found.stdout)))


def _counts(ask: Callable[[str], Any]) -> Iterator[int]:
    for name in STREAMS:
        try:
            yield ask(f"SELECT count(*) FROM pagerduty.{name}")[0]
        except psycopg.Error:
            return
