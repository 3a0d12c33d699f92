"""A server that does what PagerDuty never would, to see that the tap comes to no harm."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER = {"id": "PUSER01", "type": "user", "name": "Somebody"}
PAGE = {"users": [USER], "limit": 100, "offset": 0, "more": False, "total": 1}
BUDGET = {"ratelimit-limit": "6000", "ratelimit-remaining": "5990", "ratelimit-reset": "30"}


class Exchange(BaseHTTPRequestHandler):
    """A request, and the means to respond to it."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, dict(self.headers)))
        with contextlib.suppress(OSError):  # the tap has closed the connection
            self.server.respond(self)

    do_POST = do_GET  # noqa: N815

    def send(self, body=PAGE, status=200, *, reason=None, **headers):
        """Send a whole response; BODY is sent as it is if it is bytes, else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status, reason)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {**BUDGET, "Content-Length": str(len(content)), **names}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Has RESPOND called with each `Exchange`; `seen` has the path and headers of each."""

    daemon_threads, block_on_close = True, False

    def __init__(self, respond, host="127.0.0.1"):
        super().__init__((host, 0), Exchange)
        self.respond, self.seen = respond, []

    @property
    def url(self):
        return f"http://{self.server_address[0]}:{self.server_port}"

    @property
    def paths(self):
        return [path.partition("?")[0] for path, _ in self.seen]

    def settings(self, **settings):
        """Return the settings of a run against this server; None leaves one out."""
        found = {
            "api_key": "u+SECRETKEY123456789",
            "api_url": self.url,
            "start_date": "2024-05-01T00:00:00Z",
            "request_timeout_seconds": 5,
            "retry_timeout_seconds": 1,
            "requests_per_second": 1000,
            **settings,
        }
        return {name: value for name, value in found.items() if value is not None}


@contextlib.contextmanager
def hostile(respond=Exchange.send, host="127.0.0.1"):
    """Serve on a local port while the block lasts; without RESPOND, a list of one user."""
    with Server(respond, host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
