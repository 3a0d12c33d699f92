"""CPU and memory for each record: our tap, and others, reading from rendered pages."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import environments
from benchmarks.measured_process import Server, Tap, run, run_counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measured_process import Command

STREAMS = ("incidents", "log_entries")
# A run with so few records takes what a start takes; it is subtracted from the others.
FEW = 100
# The account's records lie in this range: less than the 180 days of a window at most.
UNTIL = datetime(2026, 1, 1, tzinfo=timezone.utc)
SINCE = UNTIL - timedelta(days=170)
# Records in the windows of those who do not find the right size themselves.
IN_WINDOW = 9_000
ROUNDS_OF_BATCHES = 3

OURS, STOCK = "our tap", "stock SDK tap"
CEILING, BARE = "bare, pages in memory", "bare, over HTTP"
# The same with answers that are at hand, so that they are compared in what differs.
OFFLINE = "{}, pages in memory"
OURS_OFFLINE, STOCK_OFFLINE = OFFLINE.format(OURS), OFFLINE.format(STOCK)


@dataclass
class Costs:
    """Measurements by stream, size and client, in the order of the rounds."""

    # Seconds of CPU of whole runs, and of the runs with `FEW` records.
    cpu: dict[tuple[str, int, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    start: dict[tuple[str, int, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    memory: dict[tuple[str, int, str], float] = field(default_factory=dict)
    failed: dict[tuple[str, int, str], str] = field(default_factory=dict)

    def microseconds(self, stream: str, size: int, client: str) -> float:
        """Return the CPU for a record, by the least of each: what else runs can only add to it."""
        key = stream, size, client
        return (min(self.cpu[key]) - min(self.start[key])) / (size - FEW) * 1e6

    def ratio(self, stream: str, size: int, client: str, other: str) -> float | None:
        """Return how many times the other's CPU the client takes."""
        if not all((stream, size, each) in self.cpu for each in (client, other)):
            return None
        return self.microseconds(stream, size, client) / self.microseconds(stream, size, other)


@dataclass(frozen=True)
class Client:
    """One who reads a stream: the command for a number of records, and the most of them."""

    name: str
    command: Callable[[str, int], Command]
    most: int
    streams: tuple[str, ...] = STREAMS


def measure(*, quick: bool) -> Costs:
    """Measure all clients on all sizes, in rounds, so that a ratio compares neighbours."""
    rounds = {5_000: 1} if quick else {10_000: 5, 100_000: 5, 1_000_000: 1}
    costs = Costs()
    with (
        Server("replay_server") as server,
        tempfile.TemporaryDirectory(prefix="bench-") as archives,
    ):
        every = clients(server.url)
        every += [offline(client, archives) for client in every if client.name in {OURS, STOCK}]
        for size, count in rounds.items():
            for _ in range(count):
                for stream in STREAMS:
                    for client in every:
                        if size <= client.most and stream in client.streams:
                            _measure(costs, server, client, stream, size)
    return costs


def batches(size: int) -> dict[str, tuple[float, float, float]]:
    """Return the microseconds of CPU for a record: as messages, as BATCH, as BATCH with gzip."""
    found = {}
    with Server("replay_server") as server:
        for stream in STREAMS:
            costs = Costs()
            with tempfile.TemporaryDirectory(prefix="bench-") as root:
                kinds: dict[str, dict[str, Any]] = {"": {}}
                for compression in ("none", "gzip"):
                    encoding = {"format": "jsonl", "compression": compression}
                    config = {"encoding": encoding, "storage": {"root": Path(root).as_uri()}}
                    kinds[compression] = {"batch_config": config}
                taps = {
                    kind: Tap(server.url, [stream], start_date=SINCE.isoformat(), **settings)
                    for kind, settings in kinds.items()
                }
                for _ in range(ROUNDS_OF_BATCHES):
                    for kind, tap in taps.items():
                        for number, into in ((FEW, costs.start), (size, costs.cpu)):
                            server.ask(size=number)
                            cost, _ = run_counted(tap.command())
                            into[stream, size, kind].append(cost.cpu)
                        for file in Path(root).iterdir():
                            file.unlink()
            plain, packed = (costs.microseconds(stream, size, kind) for kind in ("none", "gzip"))
            found[stream] = costs.microseconds(stream, size, ""), plain, packed
    return found


def _measure(costs: Costs, server: Server, client: Client, stream: str, size: int) -> None:
    key = stream, size, client.name
    if key in costs.failed:
        return
    print(f"{stream}, {size:,} records: {client.name}", file=sys.stderr)
    server.ask(size=FEW)
    start = run(client.command(stream, FEW))
    server.ask(size=size)
    cost, lines = run_counted(client.command(stream, size))
    if cost.exit_code or lines < size:
        costs.failed[key] = f"wrote {lines:,} lines and ended with status {cost.exit_code}"
        return
    costs.cpu[key].append(cost.cpu)
    costs.start[key].append(start.cpu)
    costs.memory[key] = max(cost.memory, costs.memory.get(key, 0))


def clients(url: str) -> list[Client]:
    """Return all clients that can be run here."""
    taps = {stream: Tap(url, [stream], start_date=SINCE.isoformat()) for stream in STREAMS}

    def span(size: int) -> list[str]:
        seconds = round((UNTIL - SINCE).total_seconds() * min(1, IN_WINDOW / size))
        return [SINCE.isoformat(), UNTIL.isoformat(), str(seconds)]

    def bare(source: str, stream: str, size: int) -> Command:
        return [sys.executable, "-m", "benchmarks.ceiling", source, url, stream, *span(size)]

    def stock(stream: str, size: int) -> Command:
        since, until, seconds = span(size)
        config = {
            "api_key": "sandbox-key",
            "api_url": url,
            "stream": stream,
            "since": since,
            "until": until,
            "window_seconds": int(seconds),
        }
        path = taps[stream].file("stock", config)
        return [sys.executable, "-m", "benchmarks.stock_tap", "--config", path]

    found = [
        Client(OURS, lambda stream, _: taps[stream].command(), 1_000_000),
        Client(CEILING, lambda stream, size: bare(str(size), stream, size), 1_000_000),
        Client(BARE, lambda stream, size: bare("http", stream, size), 1_000_000),
        Client(STOCK, stock, 100_000),
    ]
    for peer, package in environments.PACKAGES.items():
        try:
            python = environments.python(peer)
        except subprocess.CalledProcessError:
            print(f"{package} cannot be installed here.", file=sys.stderr)
            continue
        command = partial(_peer, python, peer, url)
        if peer == "vendor":
            found.append(Client(package, command, 100_000))
        else:
            # These do not know of the API's ceiling, nor of log entries as a stream.
            found.append(Client(package, command, 10_000, ("incidents",)))
    return found


def offline(client: Client, archives: str) -> Client:
    """Return the client with the answers of an earlier run at hand, instead of a server's."""

    def command(stream: str, size: int) -> Command:
        archive = Path(archives) / f"{client.name}, {stream}, {size}"
        python, _, *module = client.command(stream, size)
        found = [python, "-m", "benchmarks.offline_client", str(archive), *module]
        if not archive.exists():
            run(found)
        return found

    return Client(OFFLINE.format(client.name), command, min(client.most, 100_000))


def _peer(python: str, peer: str, url: str, stream: str, _size: int) -> Command:
    span = [SINCE.isoformat(), UNTIL.isoformat()]
    return [python, "benchmarks/other_extractor.py", peer, url, stream, *span]
