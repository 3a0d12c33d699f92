"""Options by which the sandbox does what PagerDuty does not rule out."""

from __future__ import annotations

import pytest
import requests

from tests.support.harness import ago, sandbox


def asked(box, path, **params):
    headers = {"Authorization": f"Token token={box.api_key}"}
    return requests.get(f"{box.url}{path}", params=params, headers=headers, timeout=30)


@pytest.mark.parametrize("path", ["incidents", "log_entries", "notifications"])
def test_what_is_late_is_listed_only_then(path):
    with sandbox(lag=60) as box:
        box.account.create_incident(at=ago(box, seconds=30))
        now = {"since": ago(box, minutes=5), "until": ago(box, minutes=-5)}
        assert asked(box, f"/{path}", **now).json()[path] == []
        box.advance(31)
        assert asked(box, f"/{path}", **now).json()[path]


def test_an_embedded_incident_is_as_old_as_it_is_told_to_be():
    with sandbox(embed_lag=60) as box:
        own = box.account.create_incident(at=ago(box, seconds=90))
        box.account.acknowledge(own, at=ago(box, seconds=30))
        params = {"since": ago(box, minutes=5), "include[]": "incidents"}
        found = [
            each["incident"] for each in asked(box, "/log_entries", **params).json()["log_entries"]
        ]
        assert {incident["status"] for incident in found} == {"triggered"}


def test_responses_come_without_a_date_or_with_one_that_is_ahead():
    with sandbox(no_date=True) as box:
        assert "Date" not in asked(box, "/users").headers
    with sandbox(now="2024-06-12T12:00:00Z", date_ahead=3600) as box:
        assert asked(box, "/users").headers["Date"] == "Wed, 12 Jun 2024 13:00:00 GMT"


def test_a_count_is_off_by_one():
    with sandbox(total_off=1) as box:
        body = asked(box, "/users", total="true", limit=100).json()
        assert body["total"] == len(body["users"]) + 1
