"""A deadline for a whole HTTP exchange: the timeout of a socket starts anew with each byte."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import typing as t

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tap_pagerduty.compat import override

if t.TYPE_CHECKING:
    from types import TracebackType

    from urllib3.poolmanager import PoolManager, ProxyManager

# Seconds between two looks at the exchanges in flight.
INTERVAL = 0.5


class Deadline:
    """Interrupts the exchange of a thread that takes longer than so many seconds.

    Only connections of a `WatchedAdapter` can be interrupted. Leaving the block raises
    `requests.exceptions.ReadTimeout` if that was done.
    """

    def __init__(self, seconds: float) -> None:
        """Take the seconds that the block may take."""
        self._ends_at = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._has_passed = False

    def __enter__(self) -> None:
        """Start to watch."""
        _current.deadline = self
        _watchdog.add(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop watching."""
        _current.deadline = None
        _watchdog.remove(self)
        for each in self._sockets:
            each.close()
        if self._has_passed and (error is None or isinstance(error, Exception)):
            msg = "the response was not complete in time"
            raise requests.exceptions.ReadTimeout(msg) from None

    def watch(self, connection: socket.socket) -> None:
        """Interrupt this connection, too; it may change hands meanwhile, as TLS starts."""
        self._sockets.append(
            socket.socket(
                connection.family,
                connection.type,
                connection.proto,
                fileno=os.dup(connection.fileno()),
            )
        )

    def check(self, now: float) -> None:
        """Interrupt the exchange if its time is up by NOW."""
        if now >= self._ends_at:
            self._has_passed = True
            for each in tuple(self._sockets):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


class _Watchdog:
    """A thread that looks at all exchanges in flight; there is one for the process."""

    def __init__(self) -> None:
        self._deadlines: set[Deadline] = set()
        self._lock = threading.Lock()
        self._is_started = False

    def add(self, deadline: Deadline) -> None:
        with self._lock:
            self._deadlines.add(deadline)
            if not self._is_started:
                self._is_started = True
                threading.Thread(target=self._watch, daemon=True).start()

    def remove(self, deadline: Deadline) -> None:
        with self._lock:  # from here on it is not interrupted
            self._deadlines.remove(deadline)

    def _watch(self) -> None:
        while True:
            time.sleep(INTERVAL)
            now = time.monotonic()
            with self._lock:
                for each in self._deadlines:
                    each.check(now)


class _Current(threading.local):
    deadline: Deadline | None = None


_watchdog = _Watchdog()
_current = _Current()


def _watch(connection: socket.socket | None) -> None:
    if connection is not None and _current.deadline is not None:
        _current.deadline.watch(connection)


class _Watched(HTTPConnection):
    """A connection that the deadline of its thread watches, from the first byte on."""

    @override
    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        _watch(connection)
        return connection

    @override
    def request(self, *args: t.Any, **kwargs: t.Any) -> None:
        _watch(self.sock)  # one that was kept alive
        super().request(*args, **kwargs)


class _WatchedTLS(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class WatchedAdapter(HTTPAdapter):
    """The adapter of requests, with connections that a `Deadline` can interrupt."""

    @override
    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _have_watched(self.poolmanager)

    @override
    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        _have_watched(manager)
        return manager


def _have_watched(manager: PoolManager) -> None:
    # A SOCKS proxy brings pools of its own, which only PySocks has; they are left alone.
    if manager.pool_classes_by_scheme.get("http") is HTTPConnectionPool:
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
