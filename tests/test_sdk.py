"""The SDK's own tests of a tap, against an account on requests-mock."""

from __future__ import annotations

import pytest
import requests_mock
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_pagerduty.streams import STREAMS
from tap_pagerduty.tap import TapPagerDuty

CONFIG = {"api_key": "key", "start_date": "2024-05-01T00:00:00Z"}
EMPTY = [stream.name for stream in STREAMS]


@pytest.fixture(scope="class", autouse=True)
def _account():
    from conftest import Account

    account = Account()
    person = {"id": "U1", "type": "user_reference"}
    for name in account.lists:
        account.lists[name] = [{"id": "X1", "name": "Name", "summary": "Text"}]
    account.lists["oncalls"] = [{"escalation_policy": {"id": "P1"}, "user": person}]
    account.lists["notifications"] = [{"id": "N1", "started_at": account.at(hours=1)}]
    account.lists["incidents"] = []
    account.lists["log_entries"] = []
    account.add_incident(1, account.at(hours=1))
    account.add_entry(1, account.at(hours=1), "I1")
    with requests_mock.Mocker(case_sensitive=True) as mocker:
        mocker.get(requests_mock.ANY, content=account.answer)
        yield


TestTapPagerDuty = get_tap_test_class(
    TapPagerDuty,
    config=CONFIG,
    suite_config=SuiteConfig(max_records_limit=10),
    parse_env_config=False,
)
