"""The sandbox as a server of its own, with a tally of the requests."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.measured_process import answer_questions
from sandbox import Sandbox

if TYPE_CHECKING:
    from sandbox.server.messages import RequestInfo


def main() -> None:
    """Serve a sandbox of the settings that are given as JSON; `faults` are its specs."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    faults = settings.pop("faults", [])
    latency = settings.pop("latency", [0.0, 0.0])
    times: list[float] = []

    def note(_box: Sandbox, _info: RequestInfo) -> None:
        times.append(time.monotonic())

    def answer(advance: float = 0, *, forget: bool = False) -> dict[str, Any]:
        """Tell of the requests; FORGET them; ADVANCE the clock by so many seconds."""
        statuses = Counter(str(request.status) for request in box.requests)
        tally = {"statuses": statuses, "seconds": times[-1] - times[0] if times else 0}
        if forget:
            box.requests.clear()
            times.clear()
        box.advance(advance)
        return tally

    settings.setdefault("profile", "hostile")
    with Sandbox(latency=tuple(latency), **settings) as box:
        box.on_request(note)
        for spec in faults:
            box.faults.add_spec(spec)
        answer_questions(answer, box.url)


if __name__ == "__main__":
    main()
