"""Ordered look-ahead: several calls under way, results in order.

The order is that of a depth-first walk: the answer to a request may name the requests
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
Answer = t.TypeVar("Answer")


class Workers:
    """A few threads that make calls.

    They are daemons: unlike a ThreadPoolExecutor's, they do not hold up the exit of a
    process that has been told to stop while calls are under way.
    """

    def __init__(self, count: int) -> None:
        """Prepare COUNT threads; they start with the first call. One means none at all."""
        self.count = count
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._started = False

    def submit(self, call: Callable[[], Answer]) -> Future[Answer]:
        """Return the future result of CALL; with a single worker it is there on return."""
        future: Future[Answer] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001, raised again by result()
                future.set_exception(error)

        if self.count == 1:
            job()
        else:
            self._start()
            self._jobs.put(job)
        return future

    def stop(self) -> None:
        """Let the threads end once they have made the calls so far; a later call starts others."""
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


class _Step(t.Generic[Request, Answer]):
    """A request that is to come, with its answer once it is under way."""

    __slots__ = ("answer", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.answer: Future[Answer] | None = None


def look_ahead(
    roots: Iterable[Request],
    fetch: Callable[[Request], Answer],
    follow: Callable[[Request, Answer], Iterable[Request]],
    workers: Workers,
) -> Iterator[tuple[Request, Answer]]:
    """Yield each request with its answer, in order, while later ones are under way.

    ROOTS are drawn as they are needed. FETCH runs on the workers, FOLLOW (the requests
    that an answer leads to) on the caller's thread. At most as many calls as there are
    workers are under way. What FETCH raises is raised here, when its turn comes; later
    answers are then dropped.
    """
    source = iter(roots)
    steps: deque[_Step[Request, Answer]] = deque()
    # So many calls next in order are waiting for a worker, under way or answered. Twice as
    # many as there are workers, so that none is idle while the next in order is slow; no
    # more, as answers take memory. With one worker a call is made when it is its turn.
    ahead = 2 * workers.count if workers.count > 1 else 0

    def call(step: _Step[Request, Answer]) -> Future[Answer]:
        return workers.submit(lambda: fetch(step.request))

    def fill() -> None:
        for request in islice(source, max(0, workers.count - len(steps))):
            steps.append(_Step(request))
        for step in islice(steps, ahead):
            step.answer = step.answer or call(step)

    try:
        fill()
        while steps:
            step = steps.popleft()
            answer = (step.answer or call(step)).result()
            steps.extendleft(reversed([_Step(r) for r in follow(step.request, answer)]))
            fill()
            yield step.request, answer
    finally:
        for step in steps:
            if step.answer:
                step.answer.cancel()
