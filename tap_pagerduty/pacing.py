"""One request budget per key, shared by all threads of a run."""

from __future__ import annotations

import threading
import time


class Pacer:
    """Spaces requests evenly, and holds all of them back when the API says so."""

    def __init__(self, requests_per_second: float) -> None:
        """Let REQUESTS_PER_SECOND requests through, at equal distances."""
        self._interval = 1 / requests_per_second
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when it is this request's turn."""
        while True:
            with self._lock:
                now = time.monotonic()
                if now >= self._next:
                    self._next = now + self._interval
                    return
                pause = self._next - now
            time.sleep(pause)

    def pause(self, seconds: float) -> None:
        """Let no request through for the next SECONDS."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
