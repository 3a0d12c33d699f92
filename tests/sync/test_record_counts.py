"""`account_counts`: what the account counts, right however PagerDuty takes `until`."""

from collections import Counter

import pytest

from tests.support.harness import EVENTS, LISTS, sandbox, sync, truth

COUNTS = "account_counts"
START = "2024-02-10T00:00:00Z"
MONTHS = ["2024-03", "2024-04", "2024-05"]


def counts(run):
    found = {(row["stream"], row["period"]): row["records"] for row in run.records(COUNTS)}
    assert len(found) == len(run.records(COUNTS))
    return found


def held(box):
    """Return how many records the account has, by stream and month, and of each list."""
    months = Counter(
        (name, record[time][:7])
        for name, time in EVENTS.items()
        for record in truth(box, name).values()
    )
    return {
        **{(name, month): months[name, month] for name in EVENTS for month in MONTHS},
        **{(name, "all"): len(truth(box, name)) for name in LISTS},
    }


@pytest.mark.parametrize("is_inclusive", [False, True])
def test_each_closed_month_is_counted_whether_until_is_included_or_not(is_inclusive):
    with sandbox(incidents=60, until_inclusive=is_inclusive) as box:
        # In the seconds between two months, and in the last before one.
        for at in ("2024-04-01T00:00:00Z", "2024-04-30T23:59:59Z", "2024-05-01T00:00:00Z"):
            box.account.create_incident(at=at)
        run = sync(box, COUNTS, *EVENTS, *LISTS, start_date=START)
        assert run.status == 0
        assert counts(run) == held(box)
        rows = {(row["stream"], row["period"]): row for row in run.records(COUNTS)}
        month, full = rows["incidents", "2024-04"], rows["users", "all"]
        assert (month["since"], month["until"]) == ("2024-04-01T00:00:00Z", "2024-05-01T00:00:00Z")
        assert full["since"] is full["until"] is None
        # About a request for each, and all other streams are read as without it.
        extra = [r for r in box.requests if r.query.get("limit") == ["1"]]
        assert len(extra) <= len(rows) + 2 * len(EVENTS)


def test_only_selected_streams_are_counted():
    with sandbox() as box:
        run = sync(box, COUNTS, "users", "notifications", start_date=START)
        assert {name for name, _ in counts(run)} == {"users", "notifications"}
        assert counts(sync(box, COUNTS)) == {}


def test_months_are_counted_from_where_loading_began_even_if_that_is_long_ago():
    with sandbox() as box:
        first = sync(box, "notifications", start_date=START)
        later = sync(
            box, COUNTS, "notifications", start_date="2024-05-01T00:00:00Z", state=first.state
        )
        assert [month for _, month in counts(later)] == MONTHS[::-1]


def test_a_month_is_closed_once_what_happened_in_it_is_listed():
    with sandbox(now="2024-06-01T00:10:00Z") as box:
        assert ("notifications", "2024-05") not in counts(
            sync(box, COUNTS, "notifications", start_date=START)
        )
        box.advance(600)
        assert ("notifications", "2024-05") in counts(
            sync(box, COUNTS, "notifications", start_date=START)
        )


def test_the_latest_months_are_counted_first_if_the_budget_is_short():
    with sandbox() as box:
        box.requests.clear()
        run = sync(
            box,
            COUNTS,
            "incidents",
            "notifications",
            "tags",
            max_count_requests=9,
            start_date=START,
        )
        found = counts(run)
        assert ("tags", "all") in found
        assert [month for name, month in found if name == "incidents"] == MONTHS[:0:-1]
        assert ("notifications", "2024-05") in found
        asked = [r for r in box.requests if r.query.get("limit") == ["1"]]
        assert len(asked) <= 9
        assert counts(sync(box, COUNTS, *EVENTS, max_count_requests=0)) == {}


def test_what_the_key_may_not_read_is_not_counted_and_the_rest_is():
    with sandbox() as box:
        box.faults.add("status", status=403, path="/notifications")
        run = sync(box, COUNTS, "notifications", "incidents", start_date=START)
        assert run.status == 0
        assert {name for name, _ in counts(run)} == {"incidents"}
        run = sync(box, COUNTS, "notifications", start_date=START, strict=True)
        assert (run.status, counts(run)) == (1, {})


def test_filters_narrow_the_counts_as_they_narrow_what_is_loaded():
    with sandbox(incidents=60) as box:
        run = sync(box, COUNTS, "incidents", start_date=START, urgencies=["high"])
        every = Counter(row["created_at"][:7] for row in run.records("incidents"))
        assert counts(run) == {("incidents", month): every[month] for month in MONTHS}
        assert sum(counts(run).values()) < sum(held(box)["incidents", month] for month in MONTHS)


def test_a_slice_counts_its_own_months():
    with sandbox() as box:
        run = sync(
            box, COUNTS, *EVENTS, start_date="2024-03-01T00:00:00Z", end_date="2024-05-01T00:00:00Z"
        )
        assert {month for _, month in counts(run)} == {"2024-03", "2024-04"}
