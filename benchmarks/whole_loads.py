"""Whole loads of a sandbox with latency and limits: wall time, requests, refusals, output."""

# ruff: noqa: S603 - the commands are our own

from __future__ import annotations

import hashlib
import json
import re
import signal
import statistics
import subprocess
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil
from typing import TYPE_CHECKING, Any

from benchmarks.measured_process import HERE, Server, Tap, finish, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAGE_SIZE = 100
# What the API makes of a long range: days at most, and the time that selects.
WINDOWS = {
    "incidents": (180, "created_at"),
    "log_entries": (180, "created_at"),
    "notifications": (88, "started_at"),
}
# Seconds that a response takes, and by how much more or less.
LATENCY = [0.150, 0.050]
# The same of large accounts, each with a jitter of 30 %.
LATENCIES = (0.150, 0.5, 1.0, 2.0)
JITTER = 0.3
DAY = 86_400
# Days of history that are loaded.
DAYS = 360
# What two runs cannot have in common: by which second a full table's rows are known, when a record
# was read, and the log of the run with its place in the state.
OF_THE_RUN = re.compile(rb'"(version|time_extracted)":("[^"]*"|\d+)|"sync_runs":\{[^{}]*\}')
LOG_OF_THE_RUN = b'{"type":"RECORD","stream":"sync_runs"'


@dataclass(frozen=True)
class Load:
    """A load of the account: its process, its requests, and those that it takes at least."""

    wall: float
    cpu: float
    memory: float
    records: int
    requests: int
    refused: int
    minimum: int
    # From the first answer to the last.
    seconds: float
    # Requests per second that the limit allows.
    pace: float

    @property
    def of_the_ideal(self) -> float:
        """The ideal time, the fewest requests at the limit's pace, as a share of the time."""
        return self.minimum / self.pace / self.wall

    @property
    def used(self) -> float:
        """The share of what the limit allowed that was used, between the first and last."""
        return (self.requests - self.refused) / self.pace / self.seconds


def load(
    incidents: int,
    limit: int,
    window: float,
    *,
    other_client: float = 0.0,
    latency: Sequence[float] = LATENCY,
) -> Load:
    """Load a year of the streams that are selected by default."""
    start = datetime.now(timezone.utc) - timedelta(days=DAYS)
    with Server(
        "sandbox_server",
        incidents=incidents,
        days=DAYS,
        latency=latency,
        rate_limit=limit,
        rate_window=window,
        other_client=other_client,
    ) as server:
        tap = Tap(server.url, start_date=start.isoformat())
        output = tap.directory / "output"
        with output.open("wb") as file:
            cost = run(tap.command(), file)
        tally = server.ask()
    _check(cost.exit_code)
    records, minimum = _fewest_requests(output, start)
    return Load(
        cost.wall,
        cost.cpu,
        cost.memory,
        records,
        sum(tally["statuses"].values()),
        tally["statuses"].get("429", 0),
        minimum,
        tally["seconds"],
        limit / window * (1 - other_client),
    )


def _fewest_requests(output: Path, start: datetime) -> tuple[int, int]:
    """Return the number of records, and of requests that they take: ⌈records/100⌉.

    Per stream, and per window that the API forces; at least one for each.
    """
    found: dict[str, Counter[int]] = defaultdict(Counter)
    now = datetime.now(timezone.utc)
    for message in _messages(output):
        stream = message.get("stream", "")
        if message["type"] == "SCHEMA":
            days, _ = WINDOWS.get(stream, (0, ""))
            windows = ceil((now - start) / timedelta(days=days)) if days else 1
            found[stream].update(dict.fromkeys(range(windows), 0))
        if message["type"] == "RECORD":
            days, by = WINDOWS.get(stream, (0, ""))
            window = 0
            if days:
                at = datetime.fromisoformat(message["record"][by].replace("Z", "+00:00"))
                window = (at - start) // timedelta(days=days)
            found[stream][window] += 1
    counts = [count for windows in found.values() for count in windows.values()]
    return sum(counts), sum(max(1, ceil(count / PAGE_SIZE)) for count in counts)


@dataclass(frozen=True)
class Increment:
    """A run a day after another."""

    wall: float
    cpu: float
    records: int
    requests: int


def a_day(incidents: int, latency: Sequence[float] = LATENCY) -> Increment:
    """Load an account of so many incidents a year, and again a day later."""
    # The account's clock is right in the second run: a wrong one would cost a request.
    first = datetime.now(timezone.utc) - timedelta(days=1)
    start = first - timedelta(days=2)
    with Server(
        "sandbox_server",
        incidents=incidents,
        days=365,
        latency=latency,
        now=first.isoformat(timespec="seconds"),
    ) as server:
        tap = Tap(server.url, start_date=start.isoformat())
        before, second = tap.directory / "first", tap.directory / "second"
        with before.open("wb") as file:
            _check(run(tap.command(), file).exit_code)
        server.ask(advance=DAY, forget=True)
        with second.open("wb") as file:
            cost = run(tap.command(_last_state(before)), file)
        _check(cost.exit_code)
        requests = sum(server.ask()["statuses"].values())
    records = sum(message["type"] == "RECORD" for message in _messages(second))
    return Increment(cost.wall, cost.cpu, records, requests)


def outputs(
    incidents: int, concurrencies: tuple[int | None, ...] = (1, 3, 8, None)
) -> dict[int | None, str]:
    """Return a digest of the output for each `max_concurrency`; None leaves it unset.

    The account stands still.
    """
    found = {}
    for concurrency in concurrencies:
        settings: dict[str, Any] = {"max_concurrency": concurrency} if concurrency else {}
        with Server(
            "sandbox_server",
            incidents=incidents,
            latency=[0.005, 0.005],
            rate_limit=1_000_000,
            now="2026-01-01T00:00:00Z",
            frozen=True,
        ) as server:
            tap = Tap(server.url, start_date="2025-01-01T00:00:00Z", **settings)
            output = tap.directory / "output"
            with output.open("wb") as file:
                _check(run(tap.command(), file).exit_code)
        digest = hashlib.sha256()
        with output.open("rb") as lines:
            for line in lines:
                if not line.startswith(LOG_OF_THE_RUN):
                    digest.update(OF_THE_RUN.sub(b"", line))
        found[concurrency] = digest.hexdigest()
    return found


@dataclass(frozen=True)
class Stop:
    """A run that was told to stop."""

    seconds: float
    exit_code: int
    is_valid: bool


def stops(times: int) -> list[Stop]:
    """Send SIGTERM while requests are under way that take half a minute."""
    found = []
    for _ in range(times):
        fault = "hang,seconds=30,after=30,every=1"
        settings = {"incidents": 30_000, "rate_limit": 1_000_000, "faults": [fault]}
        with Server("sandbox_server", **settings) as server:
            tap = Tap(server.url, ["incidents"], start_date="2024-01-01T00:00:00Z")
            output = tap.directory / "output"
            with output.open("wb") as file:
                child = subprocess.Popen(
                    tap.command(), stdout=file, stderr=subprocess.DEVNULL, cwd=HERE.parent
                )
                time.sleep(6)
                child.send_signal(signal.SIGTERM)
                cost = finish(child, time.monotonic())
        found.append(Stop(cost.wall, cost.exit_code, _is_valid(output)))
    return found


def _is_valid(output: Path) -> bool:
    """Return whether all lines are whole, and the last state holds a position."""
    try:
        return bool(_last_state(output)["bookmarks"]["incidents"])
    except (ValueError, KeyError):
        return False


def median(stops: list[Stop]) -> float:
    """Return the median time it took to stop."""
    return statistics.median(stop.seconds for stop in stops)


def _messages(output: Path) -> Any:  # noqa: ANN401
    with output.open("rb") as lines:
        for line in lines:
            yield json.loads(line)


def _last_state(output: Path) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for message in _messages(output):
        if message["type"] == "STATE":
            state = message["value"]
    return state


def _check(exit_code: int) -> None:
    if exit_code:
        msg = f"the tap ended with status {exit_code}"
        raise RuntimeError(msg)
