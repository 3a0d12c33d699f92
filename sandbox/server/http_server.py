"""The HTTP side: connections, headers, compression, and responses that break."""

from __future__ import annotations

import gzip
import io
import os
import socket
import struct
import sys
import threading
import time
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.api.errors import shaped
from sandbox.server.faults import Fault, Faults, failure
from sandbox.server.messages import RequestInfo, Response, json_response
from sandbox.values.seeded_random import SeededRandom

if TYPE_CHECKING:
    from sandbox.server.app import App

_REMEMBERED = ("user-agent", "accept", "accept-encoding", "connection", "from", "content-type")
_WORTH_GZIP = 1024
_SLOW_PIECES = 10


class RequestListener(Protocol):
    """What follows the requests that a server gets."""

    def received(self, info: RequestInfo) -> None:
        """Take note of a request."""

    def before_response(self, info: RequestInfo) -> None:
        """Do what is to happen before the response is computed."""

    def after_response(self, info: RequestInfo) -> None:
        """Take note of a request that has its response."""


class Server(ThreadingHTTPServer):
    """Serves a sandbox on many connections at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(
        self, address: tuple[str, int], app: App, faults: Faults, listener: RequestListener
    ) -> None:
        """Listen on an address."""
        self.app = app
        self.faults = faults
        self.listener = listener
        self.jitter = SeededRandom(app.options.seed, 0x1A7)
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Remember an open connection."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """Forget a closed connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Keep quiet about clients that hang up; report what is our own mistake."""
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        """Stop listening and hang up on everybody."""
        self.shutdown()
        self.server_close()
        with self._guard:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Server

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Give the virtual time, for the Date header."""
        if timestamp is None:
            app = self.server.app
            timestamp = app.account.clock.time() + app.options.date_ahead
        return super().date_time_string(timestamp)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Leave logging to the sandbox."""

    def do_GET(self) -> None:
        """Respond to a request."""
        body = self._read_body()
        server = self.server
        info, headers = self._info()
        info.body = body
        server.listener.received(info)
        self._wait()
        fault = server.faults.strike(info.path)
        if fault is not None:
            info.fault = fault.kind
            if fault.kind == "reset":
                self._hang_up()
                return
            if fault.kind == "hang":
                time.sleep(fault.seconds)
        response = failure(fault) if fault is not None else None
        if response is None:
            response = self._respond(info, headers)
        info.status = response.status
        server.listener.after_response(info)
        self._send(response, fault, compress="gzip" in headers.get("accept-encoding", ""))

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def _respond(self, info: RequestInfo, headers: dict[str, str]) -> Response:
        try:
            self.server.listener.before_response(info)
            return self.server.app.respond(info, headers)
        except Exception:  # noqa: BLE001 - a mistake in the sandbox or in a test's hook
            traceback.print_exc()
            return json_response(500, shaped("json", 500))

    def _info(self) -> tuple[RequestInfo, dict[str, str]]:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        info = RequestInfo(
            method=self.command,
            path=unquote(parts.path),
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name: headers[name] for name in _REMEMBERED if name in headers},
            time=self.server.app.account.clock.time(),
        )
        return info, headers

    def _read_body(self) -> bytes:
        """Take in what a request brings."""
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else b""

    def _wait(self) -> None:
        """Take as long as a far-away server does."""
        mean, jitter = self.server.app.options.latency
        if mean or jitter:
            swing = self.server.jitter.below(2001) / 1000 - 1
            time.sleep(max(0.0, mean + jitter * swing))

    def _send(self, response: Response, fault: Fault | None, *, compress: bool) -> None:
        body = response.body
        kind = fault.kind if fault is not None else ""
        if kind == "truncate":
            body = body[: len(body) * 2 // 3]
        self.send_response_only(response.status)
        self._send_date(fault)
        if response.content_type is not None:
            self.send_header("Content-Type", response.content_type)
        if compress and len(body) > _WORTH_GZIP:
            body = gzip.compress(body, 1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("X-Request-Id", f"{time.monotonic_ns():032x}")
        if response.status != 204:  # noqa: PLR2004
            self.send_header("Content-Length", str(len(body)))
        if self.command == "HEAD":
            body = b""
        head = self._take_head()
        if kind == "reset_body":
            self.connection.sendall(head + body[: len(body) // 2])
            time.sleep(0.05)  # let the client have it before the reset overtakes it
            self._hang_up()
        elif kind == "slow" and fault is not None:
            self.connection.sendall(head)
            for start in range(0, len(body), size := len(body) // _SLOW_PIECES + 1):
                time.sleep(fault.seconds / _SLOW_PIECES)
                self.connection.sendall(body[start : start + size])
        else:
            self.connection.sendall(head + body)

    def _send_date(self, fault: Fault | None) -> None:
        if not self.server.app.options.no_date and (fault is None or fault.dated):
            self.send_header("Date", self.date_time_string())

    def _take_head(self) -> bytes:
        """Give the status line and headers that were to be sent, so that they go with the body."""
        stream, self.wfile = self.wfile, io.BytesIO()
        self.end_headers()
        head = self.wfile.getvalue()
        self.wfile = stream
        return head

    def _hang_up(self) -> None:
        """Reset the connection: no goodbye, the client gets ECONNRESET."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
