"""Children of incidents: how fast they are read, and how much comes out of it.

`python -m benchmarks.child_streams [--quick]`
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass

from benchmarks.measured_process import Server, Tap, run
from benchmarks.whole_loads import LATENCY

# Two streams with a request for each incident, and more for some of the second.
STREAMS = ("incident_notes", "incident_alerts")
LIMITS = {"960 per 60 s": (960, 60.0), "96 per 6 s": (96, 6.0)}
NO_LIMIT = (1_000_000, 60.0)
START = "2024-01-01T00:00:00Z"
NOW = "2025-01-01T00:00:00Z"


@dataclass(frozen=True)
class Load:
    """A load of the children of all incidents of an account."""

    parents: int
    requests: int
    refused: int
    # From the first request to the last.
    seconds: float
    # Requests per second that the limit allows.
    pace: float
    output: int
    state: int
    schemas: int

    @property
    def used(self) -> float:
        """The share of what the limit allowed that was used."""
        return (self.requests - self.refused) / self.pace / self.seconds


def load(incidents: int, limit: int, window: float, latency: list[float]) -> Load:
    """Load the children of so many incidents."""
    with Server(
        "sandbox_server",
        incidents=incidents,
        days=360,
        now=NOW,
        frozen=True,
        latency=latency,
        rate_limit=limit,
        rate_window=window,
    ) as server:
        tap = Tap(server.url, [*STREAMS, "incidents"], start_date=START)
        path = tap.directory / "output"
        with path.open("wb") as file:
            cost = run(tap.command(), file)
        tally = server.ask()
    if cost.exit_code:
        msg = f"the tap ended with status {cost.exit_code}"
        raise RuntimeError(msg)
    messages = [json.loads(line) for line in path.read_bytes().splitlines()]
    states = [message["value"] for message in messages if message["type"] == "STATE"]
    return Load(
        sum(message.get("stream") == "incidents" and "record" in message for message in messages),
        sum(tally["statuses"].values()),
        tally["statuses"].get("429", 0),
        tally["seconds"],
        limit / window,
        path.stat().st_size,
        len(json.dumps(states[-1])),
        sum(message["type"] == "SCHEMA" for message in messages),
    )


def paces(parents: int) -> dict[str, Load]:
    """Load the children of so many incidents at each limit."""
    return {name: load(parents, *limit, LATENCY) for name, limit in LIMITS.items()}


def sizes(*parents: int) -> list[Load]:
    """Load the children of so many incidents, with neither latency nor limit."""
    return [load(count, *NO_LIMIT, [0.0, 0.0]) for count in parents]


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.child_streams", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the incidents")
    scale = 10 if parser.parse_args().quick else 1
    print(f"Children of incidents: {', '.join(STREAMS)}")
    for found in sizes(500 // scale, 1_000 // scale):
        print(
            f"{found.parents:,} incidents: {found.requests:,} requests, "
            f"{found.output:,} bytes of output ({found.output / found.parents:,.0f} for each), "
            f"{found.state:,} bytes of state, {found.schemas} SCHEMA messages"
        )
    for name, found in paces(1_000 // scale).items():
        print(
            f"{name}, latency 150 ms: {found.parents:,} incidents, {found.requests:,} requests in "
            f"{found.seconds:.1f} s, {found.used:.1%} of the limit used, {found.refused} got 429"
        )


if __name__ == "__main__":
    main()
