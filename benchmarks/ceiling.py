"""The ceiling: read pages, decode them, put each record into an envelope, encode it.

Usage: python -m benchmarks.ceiling {http | memory} URL STREAM SINCE UNTIL SECONDS
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from itertools import count, cycle, islice
from typing import TYPE_CHECKING

import msgspec
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE_SIZE = 100
# Pages kept in memory.
KEPT = 10

decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


def windows(since: str, until: str, seconds: str) -> Iterator[tuple[str, str]]:
    """Yield the windows of so many seconds."""
    start, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    while start < end:
        stop = min(end, start + timedelta(seconds=int(seconds)))
        yield start.isoformat(), stop.isoformat()
        start = stop


def pages(url: str, stream: str, *span: str) -> Iterator[bytes]:
    """Yield the pages of all windows, one request after another."""
    session = requests.Session()
    for since, until in windows(*span):
        for offset in count(0, PAGE_SIZE):
            params: dict[str, str | int] = {
                "since": since,
                "until": until,
                "limit": PAGE_SIZE,
                "offset": offset,
            }
            page = session.get(f"{url}/{stream}", params=params).content
            yield page
            if b'"more":true' not in page[-60:]:
                break


def main() -> None:
    """Write Singer records to standard output."""
    kind, url, stream, *span = sys.argv[1:]
    write = sys.stdout.buffer.write
    source = pages(url, stream, *span)
    if kind.isdecimal():
        source = islice(cycle(list(islice(source, KEPT))), int(kind) // PAGE_SIZE)
    for page in source:
        extracted = datetime.now(timezone.utc)
        for record in decode(page)[stream]:
            message = {
                "type": "RECORD",
                "stream": stream,
                "record": record,
                "time_extracted": extracted,
            }
            write(encode(message) + b"\n")


if __name__ == "__main__":
    main()
