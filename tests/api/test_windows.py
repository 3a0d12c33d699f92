"""Time windows: nothing between them is left out, and none is longer than is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_pagerduty.api.windows import SECOND, Window, cut
from tap_pagerduty.records.timestamps import isoformat

START = datetime(2024, 1, 1, tzinfo=timezone.utc)
SPANS = st.integers(1, 3 * 365 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def covers(windows, since, until):
    """Return whether WINDOWS cover the range in order, sharing the second between two."""
    return (
        windows[0].since == since
        and windows[-1].until == until
        and all(one.until == other.since for one, other in pairwise(windows))
        and all(window.since < window.until for window in windows)
        and all(not window.since.microsecond for window in windows)
    )


@given(SPANS, st.integers(1, 400))
def test_a_range_is_cut_into_windows_that_cover_it(span, days):
    windows = list(cut(START, START + span, timedelta(days=days)))
    assert covers(windows, START, START + span)
    assert max(window.until - window.since for window in windows) <= timedelta(days=days)
    assert len(windows) == -(-span // timedelta(days=days))


@pytest.mark.parametrize("span", [timedelta(0), -SECOND, timedelta(days=-400)], ids=str)
def test_a_range_that_has_not_begun_holds_no_window(span):
    assert list(cut(START, START + span, timedelta(days=1))) == []


@given(SPANS.filter(lambda span: span > SECOND), st.integers(10_001, 10**6))
def test_a_window_with_too_much_is_cut_into_smaller_ones(span, records):
    window = Window(START, START + span)
    parts = window.split(records)
    assert covers(parts, window.since, window.until)
    assert len(parts) >= 2
    assert max(part.until - part.since for part in parts) < span


@given(SPANS, st.integers(10_001, 10**6))
def test_cutting_ends_at_a_second(span, records):
    window = Window(START, START + span)
    for _ in range(30):
        if window.until - window.since == SECOND:
            break
        window = window.split(records)[0]
    with pytest.raises(ValueError, match="more than can be paged in one second, 2024-01-01T00:"):
        window.split(records)


def test_records_that_lie_evenly_need_one_cut():
    window = Window(START, START + timedelta(days=100))
    assert len(window.split(79_999)) == 10
    assert len(window.split(10_001)) == 2


def test_a_window_is_asked_for_in_utc_with_whole_seconds():
    zone = timezone(timedelta(hours=2))
    window = Window(datetime(2024, 5, 1, 2, tzinfo=zone), datetime(2024, 5, 1, 3, tzinfo=zone))
    assert window.params == {"since": "2024-05-01T00:00:00Z", "until": "2024-05-01T01:00:00Z"}
    assert str(window) == "2024-05-01T00:00:00Z to 2024-05-01T01:00:00Z"


def test_a_fraction_of_a_second_is_kept_in_a_time():
    assert isoformat(START + timedelta(microseconds=1000)) == "2024-01-01T00:00:00.001000Z"
