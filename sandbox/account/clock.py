"""The sandbox's own clock."""

from __future__ import annotations

import time


class Clock:
    """Virtual time: starts where it is set, runs with real time, and can be moved ahead."""

    def __init__(self, start: float, *, frozen: bool = False) -> None:
        """Start at `start` (seconds since 1970); a frozen clock only moves by `advance`."""
        self._start = start
        self._started = time.monotonic()
        self._ahead = 0.0
        self._frozen = frozen

    def time(self) -> float:
        """Return the virtual time in seconds since 1970."""
        passed = 0.0 if self._frozen else time.monotonic() - self._started
        return self._start + self._ahead + passed

    def now(self) -> int:
        """Return the virtual time in whole seconds."""
        return int(self.time())

    def advance(self, seconds: float) -> None:
        """Move the clock ahead."""
        if seconds < 0:
            msg = "the clock of the sandbox can't go backwards"
            raise ValueError(msg)
        self._ahead += seconds
