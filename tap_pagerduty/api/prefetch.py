"""Requests sent ahead of their turn: responses in order, within bounds of number and memory."""

from __future__ import annotations

import queue
import threading
import typing as t
from bisect import insort
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, islice
from operator import attrgetter

from singer_sdk.exceptions import RetriableAPIError

from tap_pagerduty.api.errors import RETRIED, TokenError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_pagerduty.api.concurrency import Concurrency

Request = t.TypeVar("Request")
Response = t.TypeVar("Response")

# Bytes of responses that wait for their turn, of the key's own budget; and of each other budget,
# whose responses may have to wait for as long as all others take.
MEMORY = 24_000_000
MEMORY_OF_OTHERS = 6_000_000


# Errors of requests that have been retried in vain, and that may succeed later.
_PASSING = (RetriableAPIError, TokenError, *RETRIED)


class Workers:
    """Threads that send requests; one starts when all others are busy.

    They are daemons: unlike a ThreadPoolExecutor's, they do not hold up the exit of a
    process that is stopped while requests are in flight.
    """

    def __init__(self) -> None:
        """Start no thread yet."""
        self.threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def submit(self, job: Callable[[], None]) -> None:
        """Run JOB on a thread; it must not raise anything."""
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False):
            thread = threading.Thread(target=self._work, args=(self._jobs,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def stop(self) -> list[threading.Thread]:
        """Let the threads end after the jobs so far; return them. A later job starts others."""
        stopped, self.threads = self.threads, []
        for _ in stopped:
            self._jobs.put(None)
        self._jobs, self._idle = queue.SimpleQueue(), threading.Semaphore(0)
        return stopped

    def _work(self, jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
        while job := jobs.get():
            job()
            self._idle.release()


@dataclass(frozen=True, eq=False)
class Source(t.Generic[Request, Response]):
    """Where responses come from, such as a stream.

    `fetch` returns the response to a request, on any thread; it calls `LookAhead.sent` when the
    request is in flight. `follow` returns the requests that follow from a response, on the
    caller's thread. `likely`, on any thread, returns what `follow` will probably return.
    """

    fetch: Callable[[Request], Response]
    follow: Callable[[Request, Response], Iterable[Request]]
    likely: Callable[[Request, Response], Sequence[Request]] = lambda _request, _response: ()
    # The request budget that it draws on; empty for that of the key.
    budget: str = ""


class _Lane:
    """The requests that draw on one budget."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        # Requests that were handed to a worker and have no response yet; those of them that
        # wait for their turn in the budget.
        self.pending = self.queued = 0
        # Bytes of the responses that wait for their turn, and of a response as they come now.
        self.held = self.usual = 0
        # The request that the caller waits for.
        self.awaited: _Step | None = None
        # Whether a request waits because so many others are in flight.
        self.held_up = False

    def has_room(self, *, is_far: bool) -> bool:
        """Return whether a further response has room in memory; half is for those not far off."""
        memory = self.memory // 2 if is_far else self.memory
        return self.held + (self.pending + 1) * self.usual <= memory

    def received(self, size: int) -> None:
        """Take the size of a response; it counts until it is taken."""
        self.held += size
        self.usual = max(size, self.usual * 9 // 10)


class _Step:
    """A request that is to come, with its response once there is one."""

    __slots__ = (
        "branch",
        "children",
        "is_dropped",
        "is_queued",
        "is_sent",
        "path",
        "request",
        "response",
        "size",
    )

    def __init__(self, branch: _Branch, path: tuple[int, ...], request: t.Any) -> None:  # noqa: ANN401
        self.branch, self.path, self.request = branch, path, request
        self.response: Future[t.Any] = Future()
        # The steps that will probably follow.
        self.children: list[_Step] = []
        self.size = 0
        self.is_sent = self.is_queued = self.is_dropped = False


class _Branch:
    """The requests of a source, in order."""

    def __init__(self, source: Source[t.Any, t.Any], lane: _Lane, rank: int) -> None:
        self.source, self.lane, self.rank = source, lane, rank
        # Those that are still to be sent, by their path.
        self._waiting: list[tuple[tuple[int, ...], int, _Step]] = []
        self._numbers = count()
        # Those that are expected, and that no walk has come to.
        self.expected: list[_Step] = []
        # After a failure or a refusal, requests wait until it is their turn.
        self.has_failed = False
        self.walks = 0

    def add(self, path: tuple[int, ...], request: t.Any) -> _Step:  # noqa: ANN401
        """Return a step that waits to be sent."""
        step = _Step(self, path, request)
        heappush(self._waiting, (path, next(self._numbers), step))
        return step

    def next(self) -> _Step | None:
        """Return the first step that waits to be sent."""
        while self._waiting:
            step = self._waiting[0][-1]
            if not step.is_sent and not step.is_dropped:
                return None if self.has_failed else step
            heappop(self._waiting)
        return None


class LookAhead:
    """Sends requests ahead of their turn, in the order in which their responses are due.

    That is the order of a depth-first walk: the response to a request may name the requests that
    follow it, and those come before the next root. Sources that are expected later come last.
    Of each budget, one request at a time waits for its turn; so a small budget holds up no
    others, and neither number nor memory is used up by its requests.
    """

    def __init__(self, concurrency: Concurrency, memory: int = MEMORY) -> None:
        """Take the limit of requests in flight, and the MEMORY for responses in bytes.

        A fixed limit of one request means no thread, and no request before its turn.
        """
        self._concurrency = concurrency
        self._memory = memory
        self.is_serial = concurrency.most == 1
        self._workers = Workers()
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._lanes: dict[str, _Lane] = {}
        # In the order in which they are due.
        self._branches: list[_Branch] = []
        self._walks = 0
        self._threads = threading.local()

    def expect(
        self, source: Source[Request, Response], order: int, requests: Iterable[Request]
    ) -> None:
        """Have REQUESTS sent that a walk of SOURCE will start with; those of a lower ORDER first.

        A walk that then comes to an equal request has its response.
        """
        if self.is_serial:
            return
        with self._lock:
            branch = self._branch(source, order)
            branch.expected += [branch.add((0, n), each) for n, each in enumerate(requests)]
            self._send_next()

    def forget(self, source: Source[t.Any, t.Any]) -> None:
        """Drop what was expected of a source and not needed."""
        with self._lock:
            found = [each for each in self._branches if each.source is source]
            for branch in found:
                self._drop(branch.expected)
                self._branches.remove(branch)

    def stop(self) -> list[threading.Thread]:
        """Send nothing more, and let the threads end; return them."""
        with self._lock:
            self._branches.clear()
            self._lanes.clear()
        return self._workers.stop()

    def wait_for(self, is_done: Callable[[], bool], seconds: float) -> None:
        """Wait until a response has brought something about, or no request is in flight."""
        with self._lock:
            self._ended.wait_for(
                lambda: is_done() or not any(lane.pending for lane in self._lanes.values()),
                seconds,
            )

    def is_held_up(self, budget: str) -> bool:
        """Return whether a request of a budget waits because so many are in flight."""
        lane = self._lanes.get(budget)
        return lane is not None and lane.held_up

    def sent(self) -> None:
        """Note that this thread's request is in flight: the next may wait for its turn."""
        step: _Step | None = getattr(self._threads, "step", None)
        if step and step.is_queued:
            with self._lock:
                self._leave_queue(step)
                self._send_next()

    def walk(
        self, source: Source[Request, Response], roots: Iterable[Request]
    ) -> Iterator[tuple[Request, Response]]:
        """Yield each request with its response, in order.

        ROOTS are drawn as they are needed. What `fetch` raises is raised here, when its turn
        comes; later responses are then dropped.
        """
        if self.is_serial:
            yield from _walk_serially(source, roots)
            return
        with self._lock:
            self._walks += 1
            branch = self._branch(source, -self._walks)
            branch.walks += 1
        number, source_of_roots = -branch.walks, enumerate(roots)
        steps: deque[_Step] = deque()

        def draw() -> None:
            found = list(islice(source_of_roots, max(0, self._concurrency.most - len(steps))))
            with self._lock:
                steps.extend(
                    _taken(branch.expected, request) or branch.add((number, n), request)
                    for n, request in found
                )
                self._send_next()

        try:
            draw()
            while steps:
                step = steps[0]
                response = self._response(step)
                steps.popleft()
                steps.extendleft(reversed(self._adopt(step, source.follow(step.request, response))))
                draw()
                yield step.request, response
        finally:
            with self._lock:
                self._drop(steps)

    def _branch(self, source: Source[t.Any, t.Any], rank: int) -> _Branch:
        """Return the branch of a source; RANK says when it is due from now on."""
        found = next((each for each in self._branches if each.source is source), None)
        if found:
            self._branches.remove(found)
            found.rank = min(rank, found.rank)
        else:
            memory = MEMORY_OF_OTHERS if source.budget else self._memory
            lane = self._lanes.setdefault(source.budget, _Lane(memory))
            found = _Branch(source, lane, rank)
        insort(self._branches, found, key=attrgetter("rank"))
        return found

    def _response(self, step: _Step) -> t.Any:  # noqa: ANN401
        """Return the response of a step whose turn it is."""
        lane = step.branch.lane
        with self._lock:
            lane.awaited = step
            self._send_next()
        response = step.response.result()
        with self._lock:
            lane.held -= step.size
            step.size = 0
        step.response = Future()  # what is taken need not stay in memory
        return response

    def _adopt(self, step: _Step, requests: Iterable[t.Any]) -> list[_Step]:
        """Return the steps for the REQUESTS that follow a step; drop those that do not."""
        requests = list(requests)
        with self._lock:
            likely, step.children = step.children, []
            found = [
                _taken(likely, request) or step.branch.add((*step.path, n), request)
                for n, request in enumerate(requests)
            ]
            self._drop(likely)
        return found

    def _drop(self, steps: Iterable[_Step]) -> None:
        for step in steps:
            step.is_dropped = True
            step.branch.lane.held -= step.size
            step.size = 0
            self._drop(step.children)

    def _send_next(self) -> None:
        """Hand the next request of each budget to a worker, if it may be sent."""
        for lane in self._lanes.values():
            if not lane.queued and (step := self._next(lane)):
                step.is_sent = step.is_queued = True
                lane.held_up = False
                lane.queued += 1
                lane.pending += 1
                self._workers.submit(lambda step=step: self._work(step))  # type: ignore[misc]

    def _next(self, lane: _Lane) -> _Step | None:
        step = lane.awaited
        is_awaited = step is not None and not step.is_sent and not step.is_dropped
        if not is_awaited:
            waiting = (each.next() for each in self._branches if each.lane is lane)
            step = next(filter(None, waiting), None)
        if step is None or lane.pending >= self._concurrency.limit:
            lane.held_up = step is not None
            return None
        is_far = not step.branch.walks
        return step if is_awaited or lane.has_room(is_far=is_far) else None

    def _leave_queue(self, step: _Step) -> None:
        if step.is_queued:
            step.is_queued = False
            step.branch.lane.queued -= 1

    def _work(self, step: _Step) -> None:
        """Fetch the response to a step; send ahead what will probably follow."""
        self._threads.step = step
        source, response, error = step.branch.source, None, None
        likely: Sequence[t.Any] = ()
        try:
            response = source.fetch(step.request)
            likely = source.likely(step.request, response)
        except BaseException as raised:  # noqa: BLE001, raised again by result()
            error = raised
        with self._lock:
            self._leave_queue(step)
            lane = step.branch.lane
            lane.pending -= 1
            step.branch.has_failed = bool(error or getattr(response, "refusal_message", ""))
            if not step.is_dropped:
                step.size = getattr(response, "size", 0)
                lane.received(step.size)
                step.children = [
                    step.branch.add((*step.path, n), request) for n, request in enumerate(likely)
                ]
            if error:
                step.response.set_exception(error)
            else:
                step.response.set_result(response)
            self._send_next()
            self._ended.notify_all()


def _taken(steps: list[_Step], request: t.Any) -> _Step | None:  # noqa: ANN401
    """Remove from STEPS that of a REQUEST, and return it; None if there is none.

    One that has been retried in vain is not returned: when its turn comes, it may succeed.
    """
    for number, step in enumerate(steps):
        if step.request == request:
            del steps[number]
            is_stale = step.response.done() and isinstance(step.response.exception(), _PASSING)
            return None if is_stale else step
    return None


def _walk_serially(
    source: Source[Request, Response], roots: Iterable[Request]
) -> Iterator[tuple[Request, Response]]:
    """Yield each request with its response, each sent when its turn comes."""
    following = [iter(roots)]
    while following:
        for request in following[-1]:
            response = source.fetch(request)
            following.append(iter(source.follow(request, response)))
            yield request, response
            break
        else:
            following.pop()
