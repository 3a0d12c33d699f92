"""The sandbox as a whole: clock, account, server."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.account.account import Account
from sandbox.account.clock import Clock
from sandbox.api.endpoint_records import everything, parents
from sandbox.endpoints.core import LISTS
from sandbox.endpoints.registry import find
from sandbox.options import Options
from sandbox.server.app import App
from sandbox.server.changes_while_paged import change_while_paged
from sandbox.server.faults import Faults
from sandbox.server.http_server import Server
from sandbox.values.timestamps import When, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from typing_extensions import Self

    from sandbox.server.messages import RequestInfo
    from sandbox.values.json_types import Record

_REQUESTS_KEPT = 100_000


class Sandbox:
    """PagerDuty in a box; a context manager that serves while it is open.

    `settings` are the fields of `Options`. `born` and `ahead` are for an account that lives on: it
    was started at `born` (real time), and its clock is `ahead` seconds ahead of real time.
    """

    def __init__(self, *, born: float | None = None, ahead: float = 0.0, **settings: Any) -> None:  # noqa: ANN401
        """Make the account; nothing is served yet."""
        self.options = Options.of(settings)
        now = time.time() if self.options.now is None else moment_of(self.options.now)
        self.clock = Clock(now + ahead, frozen=self.options.frozen)
        self.account = Account(self.options, self.clock, now if born is None else born)
        self.app = App(self.account, self.options)
        for _ in range(self.options.users):
            self.account.create("users")
        self.faults = Faults()
        self.requests: list[RequestInfo] = []
        self.api_key = self.options.api_key
        self.log: Callable[[RequestInfo], None] | None = None
        self._changes: Counter[str] = Counter()
        self._hooks: list[Callable[[Sandbox, RequestInfo], None]] = []
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Where it is served."""
        if self._server is None:
            msg = "the sandbox is not being served: use it as a context manager, or start()"
            raise RuntimeError(msg)
        host, port = self._server.server_address[:2]
        name = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{name}:{port}"

    def start(self) -> Self:
        """Start serving."""
        self._server = Server((self.options.host, self.options.port), self.app, self.faults, self)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.close_all()
            self._server = None

    def __enter__(self) -> Self:
        """Start serving."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self.stop()

    def advance(self, seconds: float) -> None:
        """Move the virtual clock ahead; what lies in between happens."""
        self.clock.advance(seconds)

    def now(self) -> int:
        """Return the virtual time in seconds since 1970."""
        return self.clock.now()

    def truth(self, resource: str, include: Collection[str] = ()) -> list[Record]:
        """List all records of a resource as the API presents them now, in UTC, in its order.

        `resource` is the name of a list (incidents, log_entries, users, …; oncalls: the current
        ones), `include` what `include[]` would ask for.
        """
        endpoint = LISTS[resource]
        with self.account.lock:
            query = self.app.api.query(include=frozenset(include))
            encoded = msgspec.json.encode(endpoint.source(query).all())
        records: list[Record] = msgspec.json.decode(encoded)
        return records

    def truth_of(  # noqa: PLR0913
        self,
        path: str,
        include: Collection[str] = (),
        *,
        since: When = None,
        until: When = None,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> list[Record]:
        """List all records of a path (`/teams/PIJ90N7/members`), in UTC, filtered by nothing.

        What has a time is given for all of the time that the account knows (audit records: 12
        months; shifts and overrides: 400 days back, 90 ahead), or for `since` … `until`. An
        endpoint with one record gives a list of it, or of nothing if there is none. Analytics
        take the `body` that a POST would bring (metrics: the last 30 days by default). `params`
        are such as add to a record, for example `additional_fields[]`.
        """
        found = find(path)
        if found is None:
            msg = f"no such endpoint: {path}"
            raise KeyError(msg)
        endpoint, ids = found
        with self.account.lock:
            query = self.app.api.query(
                ids,
                include=frozenset(include),
                since=None if since is None else moment_of(since),
                until=None if until is None else moment_of(until),
                body=body or {},
                values={name: [value] for name, value in (params or {}).items()},
            )
            encoded = msgspec.json.encode(everything(endpoint, query))
        records: list[Record] = msgspec.json.decode(encoded)
        return records

    def children(
        self,
        path: str,
        include: Collection[str] = (),
        **how: Any,  # noqa: ANN401
    ) -> dict[Any, list[Record]]:
        """Give the records of a path such as `/teams/{id}/members` by the id of their parent.

        With several `{id}` in the path the keys are tuples. Parents without children are there,
        with an empty list. `how`: as of `truth_of`.
        """
        found: dict[Any, list[Record]] = {}
        for ids in list(parents(self.app.api.query(), path)):
            own = path
            for each in ids:
                own = own.replace("{id}", each, 1)
            found[ids[0] if len(ids) == 1 else ids] = self.truth_of(own, include, **how)
        return found

    def replace(self, path: str, records: list[Record]) -> None:
        """Make the records of a path (ids in it, no core list) be just these from now on."""
        with self.account.lock:
            self.app.api.replace(path, records)

    def on_request(self, hook: Callable[[Sandbox, RequestInfo], None]) -> None:
        """Call `hook(box, request)` before each response is computed."""
        self._hooks.append(hook)

    # -- what the server reports -----------------------------------------------------------------

    def received(self, info: RequestInfo) -> None:
        """Take note of a request."""
        self.requests.append(info)
        if len(self.requests) > _REQUESTS_KEPT:
            del self.requests[: len(self.requests) // 2]

    def before_response(self, info: RequestInfo) -> None:
        """Let the options and the hooks have their way."""
        change_while_paged(self.account, self.options, info, self._changes)
        for hook in self._hooks:
            hook(self, info)

    def after_response(self, info: RequestInfo) -> None:
        """Report a request that has its response."""
        if self.log is not None:
            self.log(info)
