"""A server that answers from rendered pages, so that it takes next to no time itself.

It lists any number of incidents and log entries, spread evenly over a range of time. The
records are the sandbox's, some thousands of them over and over, each with an id of its own.
Page, window and ceiling work as at PagerDuty; nothing is compressed, nothing limited.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from benchmarks.measured_process import answer_questions
from sandbox import Sandbox

PAGE_SIZE = 100
CEILING = 10_000
QUERIES = {"incidents": "", "log_entries": "&include[]=channels"}
# Where the account's time stands still, and how long ago its first record was made.
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
SPAN = timedelta(days=170)

Record = tuple[bytes, bytes]


def render(pages: int) -> dict[str, list[Record]]:
    """Return records of the sandbox as JSON, each cut where its id is."""
    rendered: dict[str, list[Record]] = {}
    kind = {"incidents": 20_000, "days": 300, "now": NOW.isoformat(), "rate_limit": 10**9}
    kind["profile"] = "hostile"
    with Sandbox(**cast("Any", kind)) as box:
        since, until = (NOW - timedelta(days=100)).isoformat()[:19], NOW.isoformat()[:19]
        for name, query in QUERIES.items():
            rendered[name] = []
            for page in range(pages):
                url = (
                    f"{box.url}/{name}?time_zone=UTC&since={since}Z&until={until}Z"
                    f"&limit={PAGE_SIZE}&offset={page * PAGE_SIZE}{query}"
                )
                request = Request(url, headers={"Authorization": f"Token token={box.api_key}"})  # noqa: S310
                with urlopen(request) as answer:  # noqa: S310
                    for record in json.load(answer)[name]:
                        text = json.dumps(record, separators=(",", ":"))
                        before, _, after = text.partition(f'"id":"{record["id"]}"')
                        rendered[name].append((before.encode() + b'"id":"', b'"' + after.encode()))
    return rendered


class Account:
    """So many records of each kind."""

    def __init__(self, pages: int = 20) -> None:
        """Start empty; see `resize`."""
        self._records = render(pages)
        self.size = 0
        self.requests = 0

    def resize(self, size: int) -> int:
        """Set the number of records; return the requests since the last time."""
        requests, self.requests, self.size = self.requests, 0, size
        return requests

    def body(self, path: str, params: dict[str, list[str]]) -> bytes:
        """Return the answer to a request."""
        name = path.rpartition("/")[2]
        limit, offset = (int(params.get(key, ["0"])[0]) for key in ("limit", "offset"))
        # An incident's own log entries and alerts: none. Open incidents: none.
        first = last = 0
        if path.count("/") == 1 and "statuses[]" not in params:
            # tap-pagerduty 0.3.0 says `start_date`, at which PagerDuty would list a month.
            first = self._index(params.get("since") or params.get("start_date"), 0)
            last = self._index(params.get("until"), self.size)
        if offset + limit > CEILING:
            msg = f"{path}: beyond the ceiling"
            raise ValueError(msg)
        numbers = range(first, last)[offset : offset + limit]
        records = self._records.get(name, [])
        page = b",".join(self._record(records, number) for number in numbers)
        more = b"true" if first + offset + len(numbers) < last else b"false"
        total = b"%d" % (last - first) if "total" in params else b"null"
        return b'{"%b":[%b],"limit":%d,"offset":%d,"more":%b,"total":%b}' % (
            name.encode(),
            page,
            limit,
            offset,
            more,
            total,
        )

    @staticmethod
    def _record(records: list[Record], number: int) -> bytes:
        before, after = records[number % len(records)]
        return before + b"Q%013d" % number + after

    def _index(self, instants: list[str] | None, default: int) -> int:
        """Return the number of the first record since an instant."""
        if not instants:
            return default
        at = datetime.fromisoformat(instants[0].replace("Z", "+00:00"))
        share = (at - (NOW - SPAN)) / SPAN
        return min(self.size, max(0, round(share * self.size)))


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    account: Account

    def handle(self) -> None:
        """Answer requests until the client hangs up."""
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"ratelimit-limit: 1000000000\r\nratelimit-remaining: 1000000000\r\n"
            b"ratelimit-reset: 60\r\nDate: " + format_datetime(NOW, usegmt=True).encode() + b"\r\n"
        )
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            url = urlsplit(line.split()[1].decode())
            body = self.account.body(url.path, parse_qs(url.query))
            self.account.requests += 1
            self.request.sendall(head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


class Server(socketserver.ThreadingTCPServer):
    """Serves on many connections at once."""

    daemon_threads = True


def main() -> None:
    """Serve; the question `size` sets the number of records."""
    account = Handler.account = Account(**json.loads(sys.argv[1]))
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answer_questions(account.resize, f"http://127.0.0.1:{server.server_address[1]}")


if __name__ == "__main__":
    main()
