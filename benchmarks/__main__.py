"""Measure everything and write docs/benchmarks.md: `python -m benchmarks [--quick] [PART …]`."""

# ruff: noqa: RUF001 - a multiplication sign is meant

from __future__ import annotations

import argparse
import os
import platform
import sys
from dataclasses import replace
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

from benchmarks import cpu_and_memory, pipes, startup, whole_loads
from benchmarks.cpu_and_memory import BARE, CEILING, OURS, OURS_OFFLINE, STOCK, STOCK_OFFLINE
from benchmarks.environments import PACKAGES
from benchmarks.measured_process import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# A row of the table "To reach": what, the target, what was measured.
Goal = tuple[str, str, str]
LIMITS = {"960 per 60 s": (960, 60.0), "96 per 6 s": (96, 6.0)}


INTRODUCTION = (
    "`make bench` measured this on {date}: {system}, Python {python}, singer-sdk {sdk}. Other work "
    "may have run on the machine, so times differ from run to run. The clients take turns. Ratios "
    "of start-up are medians; CPU is the least of up to five rounds. "
    "[Targets of the project](#acceptance) and whether they are met stand at the end."
)


class Report:
    """Collects the goals and the tables."""

    def __init__(self) -> None:
        """Start empty."""
        # What a reader wants to know first.
        self.headline = ""
        self.goals: list[Goal] = []
        self._text: list[str] = []

    def goal(self, what: str, target: str, reached: str) -> None:
        """Add a row to the table of goals."""
        self.goals.append((what, target, reached))

    def section(self, title: str, text: str, head: str, rows: Iterable[Iterable[str]]) -> None:
        """Add a table with what it shows."""
        self._text.append(f"## {title}\n\n{text}\n\n{table(head, rows)}")

    def __str__(self) -> str:
        now = datetime.now(timezone.utc)
        system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
        return "\n\n".join(
            [
                "# Benchmarks",
                self.headline,
                INTRODUCTION.format(
                    date=f"{now:%-d %B %Y}",
                    system=system,
                    python=platform.python_version(),
                    sdk=version("singer-sdk"),
                ),
                *self._text,
                "## Acceptance",
                table("what|to reach|reached", self.goals),
            ]
        )


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    names = head.split("|")
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def measure_cost(report: Report, *, quick: bool) -> None:
    """CPU and memory for each record."""
    costs = cpu_and_memory.measure(quick=quick)
    sizes = sorted({size for _, size, _ in costs.cpu})
    rows: list[list[str]] = []
    for stream, size, client in [*costs.cpu, *costs.failed]:
        key = stream, size, client
        if key in costs.failed:
            rows.append([stream, f"{size:,}", client, costs.failed[key], "", "", ""])
            continue
        ratios = [costs.ratio(*key, other) for other in (CEILING, BARE, OURS)]
        rows.append(
            [
                stream,
                f"{size:,}",
                client,
                f"{costs.microseconds(*key):.0f} µs",
                f"{costs.memory[key]:.0f} MB",
                *(f"{ratio:.1f}" if ratio else "" for ratio in ratios),
            ]
        )
    rows.sort(key=lambda row: (row[0], len(row[1])))
    report.section(
        "CPU and memory for a record",
        "User and system time of the client's process, less that of a run with "
        f"{cpu_and_memory.FEW} records (its start), divided by the records; the largest size of "
        "the process. All read the same rendered pages of 100 records (an incident 2.6 KB, a log "
        "entry 1.5 KB, uncompressed) over HTTP from another process without latency or limits, "
        "and write to a pipe; or, of the taps, pages that are in memory (and count into its "
        "peak), so that their requests end where a socket would be used. The bare ceiling decodes, "
        "wraps and encodes with msgspec: pages that it has in memory, or that it gets with "
        "requests. The peers list no more than 10,000 records of a range; for each incident "
        "tap-pagerduty makes two more requests. `pagerduty` is the vendor's client, its records "
        "written as lines of JSON.",
        "stream|records|client|CPU per record|peak memory|× bare in memory|× bare over HTTP|× ours",
        rows,
    )
    for stream in cpu_and_memory.STREAMS:
        size = max(size for size in sizes if (stream, size, STOCK) in costs.cpu)
        stock, stock_offline, memory, http = (
            costs.ratio(stream, size, *pair) or 0
            for pair in (
                (STOCK, OURS),
                (STOCK_OFFLINE, OURS_OFFLINE),
                (OURS_OFFLINE, CEILING),
                (OURS, BARE),
            )
        )
        report.goal(
            f"CPU for a record of {stream}, {size:,} records",
            "≤ 1/8 of the stock SDK tap, ≤ 3 × the bare ceiling",
            f"pages in memory: 1/{stock_offline:.1f} of the stock tap, {memory:.1f} × the "
            f"ceiling; over HTTP: 1/{stock:.1f} and {http:.1f} ×",
        )
    for stream in cpu_and_memory.STREAMS:
        used = [costs.memory[stream, size, OURS] for size in sizes]
        report.goal(
            f"peak memory, {stream}",
            "≤ 120 MB at 1M records, and within 10 % of that at 100k",
            ", ".join(f"{mb:.0f} MB at {size:,}" for mb, size in zip(used, sizes, strict=True)),
        )


def measure_pace(report: Report, *, quick: bool) -> None:
    """Wall time at the limit, alone and with another client."""
    incidents = 1_500 if quick else 20_000
    rows = []

    def load(name: str, size: int, other_client: float = 0.0) -> whole_loads.Load:
        print(f"A load at {name}", file=sys.stderr)
        found = whole_loads.load(size, *LIMITS[name], other_client=other_client)
        report.headline = report.headline or (
            f"The tap loads a year of a busy account, {found.records:,} records, in "
            f"{found.wall:.0f} s: {found.of_the_ideal:.0%} of the pace that PagerDuty's rate limit "
            "allows."
        )
        rows.append(
            [
                name + (", half of it another's" if other_client else ""),
                f"{found.records:,}",
                f"{found.requests:,} (at least {found.minimum:,})",
                f"{found.wall:.1f} s",
                f"{found.of_the_ideal:.1%}",
                f"{found.used:.1%}",
                str(found.refused),
                f"{found.cpu:.1f} s",
            ]
        )
        return found

    for name, size in zip(LIMITS, (incidents, incidents // 2), strict=True):
        found = load(name, size)
        report.goal(
            f"wall time of the 13 streams, latency 150 ms, {name}, reserve 0",
            "≥ 95 % of the limit's pace, no 429",
            f"{found.of_the_ideal:.1%} with start-up, {found.used:.1%} from the first response to "
            f"the last; {found.refused} of {found.requests} requests got 429",
        )
        report.goal(
            f"requests for the 13 streams, {found.records:,} records",
            "≤ 1.02 × minimum",
            f"{found.requests / found.minimum:.3f} × ({found.requests:,} of {found.minimum:,})",
        )
    shared = load("96 per 6 s", incidents // 4, other_client=0.5)
    report.goal(
        "96 per 6 s shared with a client that uses half of it",
        "≤ 1 % of our requests get 429; ≥ 85 % of what is left is used",
        f"{shared.refused / shared.requests:.1%} get 429; {shared.used:.1%} is used",
    )
    report.section(
        "Full load of the 13 streams",
        "A year of a sandbox account, responses after 150 ms ± 50 ms, "
        "`rate_limit_reserve_percent` 0. At least: ⌈records/100⌉ requests for each stream and "
        "each window that the API forces. The ideal makes so many at the limit's pace of 16 (or "
        "8) a second, and starts in no time; a load that ends within a window may beat it.",
        "limit|records|requests|wall time|of the ideal|of the limit used|429|CPU",
        rows,
    )


def measure_latency(report: Report, *, quick: bool) -> None:
    """Wall time at the limit where responses take longer, and a quiet run."""
    rows = []
    targets = dict(zip(whole_loads.LATENCIES, (95, 95, 92, 88), strict=True))
    for seconds, target in targets.items():
        latency = (seconds, seconds * whole_loads.JITTER)
        print(f"A load at a latency of {seconds} s", file=sys.stderr)
        incidents = 1_500 if quick else 20_000
        found = whole_loads.load(incidents, *LIMITS["960 per 60 s"], latency=latency)
        rows.append(
            [
                f"{seconds * 1000:,.0f} ms",
                f"{found.records:,}",
                f"{found.requests:,} (at least {found.minimum:,})",
                f"{found.wall:.1f} s",
                f"{found.of_the_ideal:.1%}",
                f"{found.used:.1%}",
                str(found.refused),
                f"{found.memory:.0f} MB",
            ]
        )
        report.goal(
            f"pace at a latency of {seconds * 1000:,.0f} ms ± 30 %, default settings, reserve 0",
            f"≥ {target} % of the limit's pace, no 429",
            f"{found.of_the_ideal:.1%} with start-up, {found.used:.1%} from the first response to "
            f"the last; {found.refused} of {found.requests} requests got 429",
        )
    quiet = whole_loads.a_day(300, latency=(1.0, whole_loads.JITTER))
    report.goal(
        f"a quiet incremental run, latency 1 s ± 30 %, {quiet.requests} requests",
        "≤ 5 s",
        f"{quiet.wall:.1f} s",
    )
    report.section(
        "Full load at higher latencies",
        "As above, all settings at their defaults but `rate_limit_reserve_percent` 0. The tap "
        "starts with 3 requests in flight, and has up to 40 when responses take 2 s.",
        "latency|records|requests|wall time|of the ideal|of the limit used|429|peak memory",
        rows,
    )


def measure_pipes(report: Report, *, quick: bool) -> None:
    """Records a second from the API into a database."""
    size = 3_000 if quick else 50_000
    rates = pipes.measure(size)
    rows = []
    for pipe in pipes.PIPES:
        rate = rates.found.get(pipe)
        stock = rates.found.get(replace(pipe, tap=pipes.STOCK, settings=pipes.SHIPPED))
        rows.append(
            [
                pipe.target,
                pipe.settings,
                pipe.tap,
                f"{rate:,.0f}" if rate else rates.failed[pipe],
                f"{rate / pipes.CEILING:.2f}" if rate else "",
                f"{rate / stock:.1f}" if rate and stock else "",
            ]
        )
    report.section(
        "From the API into a database",
        f"{size:,} incidents and as many log entries from another process without latency or "
        "limits, into an empty database on the same machine, start-up and all. PagerDuty's limit "
        f"lets through {pipes.CEILING:,} records a second. The stock tap is written with the "
        "SDK's defaults; each ratio is to it with the target as shipped.",
        "target|settings|tap|records a second|× the API's limit|× stock tap",
        rows,
    )
    shipped = pipes.Pipe(pipes.MELTANO, "target-postgres")
    defaults = pipes.Pipe(pipes.OURS, "target-postgres", pipes.DEFAULTS)
    if shipped in rates.found and defaults in rates.found:
        rate = rates.found[shipped]
        report.goal(
            "`meltano run` into PostgreSQL as `make run` does",
            "≥ 2,200 records/s, ≥ 2 × the target's defaults, ≥ 1.35 × the API's limit",
            f"{rate:,.0f} records/s, {rate / rates.found[defaults]:.1f} ×, "
            f"{rate / pipes.CEILING:.2f} ×",
        )


def measure_batch(report: Report, *, quick: bool) -> None:
    """What BATCH costs the tap, beside RECORD messages."""
    for stream, (records, plain, packed) in cpu_and_memory.batches(
        5_000 if quick else 100_000
    ).items():
        report.goal(
            f"BATCH, the tap's CPU for a record of {stream}",
            "≤ 1.4 × that of RECORD messages",
            f"{plain / records:.2f} × ({plain:.0f} µs and {records:.0f} µs); "
            f"{packed / records:.2f} × with gzip",
        )


def measure_output(report: Report, *, quick: bool) -> None:
    """Whether the output depends on the number of requests in flight."""
    digests = whole_loads.outputs(300 if quick else 3_000)
    same = len(set(digests.values())) == 1
    report.goal(
        "output with `max_concurrency` 1, 3, 8 and unset",
        "identical: records, order and state",
        "identical" if same else f"DIFFERENT: {digests}",
    )


def measure_stop(report: Report, *, quick: bool) -> None:
    """How long it takes to stop."""
    stops = whole_loads.stops(2 if quick else 10)
    valid = all(stop.is_valid for stop in stops)
    report.goal(
        f"SIGTERM while requests take 30 s ({len(stops)} times)",
        "exit within 1 s, final STATE valid",
        f"after {whole_loads.median(stops):.2f} s, "
        f"at most {max(stop.seconds for stop in stops):.2f} s; "
        f"all lines whole and the last STATE valid: {'yes' if valid else 'NO'}",
    )


def measure_increment(report: Report, *, quick: bool) -> None:
    """What a run a day later takes."""
    rows = []
    for incidents in (1_000,) if quick else (10_000, 100_000):
        day = whole_loads.a_day(incidents)
        rows.append(
            [
                f"{incidents:,}",
                f"{day.records:,}",
                f"{day.requests:,}",
                f"{day.wall:.1f} s",
                f"{day.cpu:.1f} s",
            ]
        )
    report.section(
        "Incremental run, a day after another",
        "The 13 streams, latency and limit as above (960 per 60 s).",
        "incidents a year|records|requests|wall time|CPU",
        rows,
    )


def measure_start(report: Report, *, quick: bool) -> None:
    """What a start takes."""
    starts = startup.measure(3 if quick else 15)
    for option, start in starts.items():
        report.goal(
            f"start-up, `{option}`",
            "< 2 × a bare SDK tap's",
            f"{start.ratio:.2f} × ({start.ours:.2f} s of CPU, the other {start.bare:.2f} s)",
        )


PARTS: dict[str, Callable[..., None]] = {
    "pace": measure_pace,
    "latency": measure_latency,
    "pipes": measure_pipes,
    "batch": measure_batch,
    "cost": measure_cost,
    "output": measure_output,
    "stop": measure_stop,
    "increment": measure_increment,
    "start": measure_start,
}


def main() -> None:
    """Run the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, printed only")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(unknown)}")
    report = Report()
    for name, part in PARTS.items():
        if name in (given.parts or PARTS):
            part(report, quick=given.quick)
    print(report)
    if not given.quick and not given.parts:
        (HERE.parent / "docs" / "benchmarks.md").write_text(f"{report}\n", encoding="utf-8")
    print("Peers:", ", ".join(PACKAGES.values()), file=sys.stderr)


if __name__ == "__main__":
    main()
