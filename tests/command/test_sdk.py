"""The SDK's own tests of a tap, against an account in which every field has a value."""

from __future__ import annotations

import pytest
import requests_mock
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_pagerduty.tap import TapPagerDuty
from tests.support.account import Account

CONFIG = {"api_key": "key", "start_date": "2024-05-01T00:00:00Z", "include_secrets": True}

# Fields of any type are left null, which the SDK takes for fields of every type. The column for
# what no schema declares is absent while there is nothing of the kind.
pytestmark = [
    pytest.mark.filterwarnings("ignore:No records were available to test"),
    pytest.mark.filterwarnings(
        r"ignore:Fields in transformed catalog but not in records. \(\{'_undocumented'\}\)"
    ),
]


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


def catalog():
    """Return the catalog with all streams selected, those too that are not by default."""
    found = TapPagerDuty(validate_config=False).catalog_dict
    for stream in found["streams"]:
        (root,) = [each for each in stream["metadata"] if not each["breadcrumb"]]
        root["metadata"]["selected"] = True
    return found


TestTapPagerDuty = get_tap_test_class(
    TapPagerDuty,
    config=CONFIG,
    catalog=catalog(),
    # The log of a run is written at its end, which a trial run does not have.
    suite_config=SuiteConfig(max_records_limit=10, ignore_no_records_for_streams=["sync_runs"]),
    parse_env_config=False,
)
