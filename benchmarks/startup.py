"""How long the tap takes to start, against a tap of one stream on the same SDK."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass

from benchmarks.measured_process import median_ratio, run


@dataclass(frozen=True)
class Start:
    """Seconds of CPU that a command takes: ours, the other's, the median ratio of pairs."""

    ours: float
    bare: float
    ratio: float


def measure(rounds: int) -> dict[str, Start]:
    """Measure both, in turn."""
    found = {}
    for option in ("--about", "--discover"):
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(run([sys.executable, "-m", "tap_pagerduty", option]).cpu)
            bare.append(run([sys.executable, "-m", "benchmarks.one_stream_tap", option]).cpu)
        ratio = median_ratio(ours, bare)
        found[option] = Start(statistics.median(ours), statistics.median(bare), ratio)
    return found
