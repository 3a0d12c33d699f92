"""Ordered prefetch: several requests in flight, responses in order.

The order is that of a depth-first walk: the response to a request may name the requests
that follow it, and those come before the next root.
"""

from __future__ import annotations

import queue
import threading
import typing as t
from collections import deque
from concurrent.futures import Future
from itertools import islice

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Request = t.TypeVar("Request")
Response = t.TypeVar("Response")


class Workers:
    """A few threads that send requests.

    They are daemons: unlike a ThreadPoolExecutor's, they do not hold up the exit of a
    process that is stopped while requests are in flight.
    """

    def __init__(self, count: int) -> None:
        """Prepare COUNT threads; they start with the first job. One means none at all."""
        self.count = count
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._started = False

    def submit(self, send: Callable[[], Response]) -> Future[Response]:
        """Return the future result of SEND; with a single worker it is there on return."""
        future: Future[Response] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(send())
            except BaseException as error:  # noqa: BLE001, raised again by result()
                future.set_exception(error)

        if self.count == 1:
            job()
        else:
            self._start()
            self._jobs.put(job)
        return future

    def stop(self) -> None:
        """Let the threads end after the jobs so far; a later job starts others."""
        if self._started:
            self._started = False
            for _ in range(self.count):
                self._jobs.put(None)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for _ in range(self.count):
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while job := self._jobs.get():
            job()


class _Step(t.Generic[Request, Response]):
    """A request that is to come, with its response once it is in flight."""

    __slots__ = ("request", "response")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.response: Future[Response] | None = None


def look_ahead(
    roots: Iterable[Request],
    fetch: Callable[[Request], Response],
    follow: Callable[[Request, Response], Iterable[Request]],
    workers: Workers,
) -> Iterator[tuple[Request, Response]]:
    """Yield each request with its response, in order, while later ones are in flight.

    ROOTS are drawn as they are needed. FETCH runs on the workers, FOLLOW (which returns the
    requests that follow from a response) on the caller's thread. At most as many requests as
    there are workers are in flight. What FETCH raises is raised here, when its turn comes;
    later responses are then dropped.
    """
    source = iter(roots)
    steps: deque[_Step[Request, Response]] = deque()
    # So many requests next in order are waiting for a worker, in flight or done. Twice as
    # many as there are workers, so that none is idle while the next in order is slow; no
    # more, as responses take memory. With one worker a request is sent when it is its turn.
    ahead = 2 * workers.count if workers.count > 1 else 0

    def send(step: _Step[Request, Response]) -> Future[Response]:
        return workers.submit(lambda: fetch(step.request))

    def fill() -> None:
        for request in islice(source, max(0, workers.count - len(steps))):
            steps.append(_Step(request))
        for step in islice(steps, ahead):
            step.response = step.response or send(step)

    try:
        fill()
        while steps:
            step = steps.popleft()
            response = (step.response or send(step)).result()
            steps.extendleft(reversed([_Step(r) for r in follow(step.request, response)]))
            fill()
            yield step.request, response
    finally:
        for step in steps:
            if step.response:
                step.response.cancel()
