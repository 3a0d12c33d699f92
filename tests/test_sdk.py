"""The SDK's own tests of a tap, against an account in which every field has a value."""

from __future__ import annotations

import pytest
import requests_mock
from conftest import Account
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_pagerduty.tap import TapPagerDuty

CONFIG = {"api_key": "key", "start_date": "2024-05-01T00:00:00Z"}

# Fields of any type are left null: the SDK takes them for fields of every type.
pytestmark = pytest.mark.filterwarnings("ignore:No records were available to test")


@pytest.fixture(scope="class", autouse=True)
def _account():
    account = Account()
    account.headers = {
        "ratelimit-limit": "1000000",
        "ratelimit-remaining": "999999",
        "ratelimit-reset": "60",
    }
    account.has_samples = True
    with requests_mock.Mocker(case_sensitive=True) as mocker:
        mocker.get(requests_mock.ANY, content=account.answer)
        mocker.post(requests_mock.ANY, content=account.answer)
        yield


TestTapPagerDuty = get_tap_test_class(
    TapPagerDuty,
    config=CONFIG,
    suite_config=SuiteConfig(max_records_limit=10),
    parse_env_config=False,
)
