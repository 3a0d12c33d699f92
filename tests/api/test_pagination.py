"""Pages: all records are asked for once, in as few requests as possible."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_pagerduty.api.pagination import CEILING, CeilingError, OffsetPaginator


def answer(records, params, *, size=100, total=True):
    """Return the page of RECORDS that the API gives, of SIZE records at most."""
    offset, limit = params["offset"], min(size, params["limit"])
    assert offset >= 0
    assert offset + params["limit"] <= CEILING
    found = records[offset : offset + limit]
    return found, {
        "more": offset + limit < len(records),
        "total": len(records) if total and params.get("total") else None,
    }


def pages(paginator, records, **api):
    """Return all pages of RECORDS, as read with PAGINATOR."""
    waiting, read = [paginator.first_page()], []
    while waiting:
        page = waiting.pop(0)
        found, body = answer(records, page.params, **api)
        read.append(found)
        waiting = paginator.next_pages(page, body, len(found)) + waiting
    return read


LISTS = st.integers(0, CEILING).map(lambda count: list(range(count)))


@given(LISTS, st.sampled_from([0, 1]), st.booleans())
def test_all_records_come_with_the_fewest_requests(records, overlap, total):
    read = pages(OffsetPaginator(overlap), records, total=total)
    assert sorted({record for page in read for record in page}) == records
    new_on_a_page = 100 - overlap
    assert len(read) == max(1, -(-(len(records) - overlap) // new_on_a_page))


@given(st.integers(0, 700), st.integers(2, 99), st.sampled_from([0, 1]), st.booleans())
def test_nothing_is_left_out_when_pages_are_smaller_than_asked_for(count, size, overlap, total):
    read = pages(OffsetPaginator(overlap), list(range(count)), size=size, total=total)
    assert sorted({record for page in read for record in page}) == list(range(count))


@pytest.mark.parametrize("overlap", [0, 1])
@pytest.mark.parametrize("size", [37, 100])
def test_the_last_page_before_the_ceiling_does_not_ask_for_what_is_beyond(size, overlap):
    read = pages(OffsetPaginator(overlap), list(range(CEILING)), size=size)
    assert read[-1][-1] == CEILING - 1


@given(LISTS)
def test_a_page_repeats_the_last_record_of_the_one_before_if_it_is_to(records):
    read = pages(OffsetPaginator(1), records)
    assert all(read[i][-1] == read[i + 1][0] for i in range(len(read) - 1))


def test_only_the_first_page_asks_for_the_total_which_is_slow():
    paginator = OffsetPaginator()
    first = paginator.first_page()
    assert first.params == {"limit": 100, "offset": 0, "total": "true"}
    following = paginator.next_pages(first, {"more": True, "total": 301}, 100)
    assert [page.params for page in following] == [
        {"limit": 100, "offset": offset} for offset in (100, 200, 300)
    ]


def test_a_list_that_grew_is_followed_to_its_end():
    paginator = OffsetPaginator()
    (page,) = paginator.next_pages(paginator.first_page(), {"more": True, "total": 150}, 100)
    (behind,) = paginator.next_pages(page, {"more": True, "total": None}, 100)
    assert behind.params["offset"] == 200


@pytest.mark.parametrize("body", [{"more": False}, {"more": None, "total": 100}])
def test_a_page_that_says_so_is_the_last(body):
    paginator = OffsetPaginator(1)
    assert paginator.next_pages(paginator.first_page(), body, 100) == []


@pytest.mark.parametrize("body", [{}, {"more": None, "total": None}])
def test_a_page_that_does_not_say_whether_more_follows_may_not_be_the_last(body):
    paginator = OffsetPaginator(1)
    (behind,) = paginator.next_pages(paginator.first_page(), body, 25)
    assert behind.params["offset"] == 24
    assert paginator.next_pages(behind, body, 1) == []  # nothing but the record that overlaps


@pytest.mark.parametrize("overlap", [0, 1])
@pytest.mark.parametrize("total", [None, 5000])
def test_an_empty_page_that_promises_more_is_not_asked_for_again_and_again(overlap, total):
    paginator = OffsetPaginator(overlap)
    waiting, asked = [paginator.first_page()], []
    with suppress(CeilingError):
        while waiting and len(asked) < 200:
            page = waiting.pop(0)
            asked.append(page.params["offset"])
            waiting = paginator.next_pages(page, {"more": True, "total": total}, 0) + waiting
    assert len(asked) == len(set(asked)) <= 102
    assert max(asked) < CEILING


def test_a_page_with_a_single_record_is_not_asked_for_again_and_again():
    paginator = OffsetPaginator(1)
    (page,) = paginator.next_pages(paginator.first_page(), {"more": True}, 1)
    assert page.params["offset"] == 1


@pytest.mark.parametrize("overlap", [0, 1])
@pytest.mark.parametrize("total", [True, False])
def test_more_than_can_be_paged_is_an_error(total, overlap):
    with pytest.raises(CeilingError, match="10,001 records, and the API pages no further than"):
        pages(OffsetPaginator(overlap), list(range(10_001)), total=total)


def test_too_much_is_noticed_on_the_first_page_when_the_total_is_known():
    paginator = OffsetPaginator()
    with pytest.raises(CeilingError) as error:
        paginator.next_pages(paginator.first_page(), {"more": True, "total": 95_600}, 100)
    assert error.value.total == 95_600
