"""Measure what a day of runs costs in requests: `python -m docs.days`, into docs/rate-limits.md.

Accounts of three sizes, served by the sandbox, are read through one and the same day, each hour
and once; with the streams that are selected by default. What is counted is what the sandbox was
sent. The first load, which comes before, is not counted.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from docs.stream_facts import table
from sandbox import Sandbox
from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from tap_pagerduty.sync.client import PagerDutyStream

DOCUMENT = Path(__file__).parent / "rate-limits.md"
# A Wednesday.
BEGIN = "2026-03-04T00:00:00Z"
HOUR, DAY = 3_600, 86_400
# PagerDuty's limit for a key, in requests a minute, of which a tenth is left to others.
PACE = 960 * 0.9


@dataclass(frozen=True)
class Size:
    """An account: how it is called, its users, and how many incidents a day has on average."""

    name: str
    users: int
    incidents: int


SIZES = (Size("small", 25, 10), Size("medium", 250, 100), Size("large", 2_500, 1_000))


@dataclass(frozen=True)
class Day:
    """The requests that the runs of a day made: in all, and the run that made most."""

    requests: int
    most: int


def measure(size: Size, every: int) -> Day:
    """Return what a day of runs costs that come EVERY so many seconds."""
    # Sandbox accounts have 25 users of their own. A week before the day makes open incidents.
    account = Sandbox(
        profile="hostile",
        now=BEGIN,
        frozen=True,
        users=size.users - 25,
        incidents=7 * size.incidents,
        days=7,
        rate_limit=100_000,
    )
    with account as box:
        state = _run(box, {})
        counts = []
        for _ in range(DAY // every):
            box.advance(every)
            before = len(box.requests)
            state = _run(box, state)
            counts.append(len(box.requests) - before)
    return Day(sum(counts), max(counts))


def _run(box: Sandbox, state: dict[str, t.Any]) -> dict[str, t.Any]:
    """Run the tap in this process; return the state that it leaves.

    Raises:
        RuntimeError: something was skipped or is incomplete, so the count would be too low.
    """
    config = {"api_key": box.api_key, "api_url": box.url, "start_date": BEGIN}
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
        tap = TapPagerDuty(config=config, state=state)
        tap.sync_all()
    streams = t.cast("dict[str, PagerDutyStream]", tap.streams).values()
    if missing := [each.name for each in streams if each.selected and each.outcome.skipped_message]:
        msg = f"skipped: {', '.join(missing)}"
        raise RuntimeError(msg)
    return dict(tap.state)


def row(size: Size) -> tuple[str, ...]:
    """Return the row of an account."""
    hourly, daily = measure(size, HOUR), measure(size, DAY)
    return (
        size.name,
        f"{size.users:,}",
        f"{size.incidents:,}",
        f"{hourly.requests:,}",
        f"{hourly.most:,}",
        _duration(hourly.most),
        f"{daily.requests:,}",
        _duration(daily.most),
    )


def _duration(requests: int) -> str:
    """Return how long it takes to send so many REQUESTS at the pace of the rate limit."""
    return f"{max(1, round(requests / PACE * 60))} s"


HEADER = (
    *("Account", "Users", "Incidents a day"),
    *("Hourly: requests a day", "in the largest run", "which takes"),
    *("Daily: requests a day", "which takes"),
)


def main() -> None:
    """Write the table."""
    logging.disable(logging.CRITICAL)
    rows = [row(size) for size in SIZES]
    begin, end = "<!-- days -->", "<!-- /days -->"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    DOCUMENT.write_text(f"{before}{begin}\n{table(HEADER, rows)}\n{end}{after}", encoding="utf-8")
    sys.stderr.write(f"{DOCUMENT.relative_to(Path.cwd())} is renewed.{os.linesep}")


if __name__ == "__main__":
    main()
