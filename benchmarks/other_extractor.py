"""Another PagerDuty extractor, pointed to a local server; runs in an environment of its own.

Usage: python other_extractor.py {singer-io | bmaquet | vendor} URL STREAM SINCE UNTIL
"""

# mypy: ignore-errors

import json
import sys
from datetime import datetime

KEY = "sandbox-key"


def zulu(instant: str) -> str:
    """Return an instant as the taps want it."""
    return instant.replace("+00:00", "Z")


def singer(url: str, stream: str, since: str, until: str) -> None:
    """Run tap-pagerduty 0.3.0 or bmaquet-tap-pagerduty 1.0.2, which share their names."""
    from tap_pagerduty import streams  # noqa: PLC0415

    streams.PagerdutyStream.BASE_URL = url
    start = zulu(since)
    config = {
        "token": KEY,
        "email": "bench@example.com",
        "start_date": start,
        "since": start,
        "streams": {stream: {"until": zulu(until)}},
    }
    kind = next(each for each in streams.AVAILABLE_STREAMS if each.stream == stream)
    reader = kind(config=config, state={})
    reader.write_schema()
    reader.sync()


def vendor(url: str, stream: str, since: str, until: str) -> None:
    """Write what the vendor's own client lists as lines of JSON."""
    import pagerduty  # noqa: PLC0415

    client = pagerduty.RestApiV2Client(KEY)
    client._url = url  # noqa: SLF001, its setter takes https only
    span = datetime.fromisoformat(since), datetime.fromisoformat(until)
    params = {"include[]": ["channels"]} if stream == "log_entries" else {}
    for record in client.iter_history(stream, *span, params=params):
        sys.stdout.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    (vendor if sys.argv[1] == "vendor" else singer)(*sys.argv[2:])
