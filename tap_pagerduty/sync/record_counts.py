"""How many records the account itself counts, for comparison with what is loaded."""

from __future__ import annotations

import logging
import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from singer_sdk.exceptions import SkippableAPIError

from tap_pagerduty.api.pagination import LIST, Page
from tap_pagerduty.api.windows import SECOND, Window, cut, months, start_of
from tap_pagerduty.compat import override
from tap_pagerduty.records.timestamps import instant, isoformat, whole_second
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.state import LOADED_SINCE
from tap_pagerduty.sync.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.records import Record

# One record, and how many there are of them.
_COUNT = Page({"limit": 1, "offset": 0, "total": "true"})
# The period of a list that is counted in full.
EVERYTHING = "all"


class RecordCounts(PagerDutyStream):
    """How many records the account counts of the selected streams, a row for each period.

    Periods are the closed calendar months of the streams in `counted`, in UTC, latest first, and
    `all` for each full table that the API counts. The counts obey the filters. A month takes a
    request, or more where the endpoint takes no range as long; the setting `max_count_requests`
    limits them.
    """

    path = ""
    selected_by_default = False
    # The streams that are counted by month, each with the property that `since` and `until` select
    # by.
    counted: t.ClassVar[dict[type[WindowedStream], str]] = {}

    @override
    def request_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the counts.

        Raises:
            SkippableAPIError: the key may read none of what is counted.
        """
        streams = t.cast("list[PagerDutyStream]", list(self._tap.streams.values()))
        lists = [each for each in streams if each.selected and is_counted_list(each)]
        by_month = [each for each in streams if each.selected and type(each) in self.counted]
        left = int(self.config["max_count_requests"])
        refusals = []
        for response in self.read_pages(map(self._list_count, lists[:left])):
            if response.refusal_message:
                refusals.append(response.refusal_message)
            else:
                yield self._row(response.request, _total([response]))
        left -= len(lists)
        for index, stream in enumerate(by_month):
            # What one stream does not take is left to the others.
            share = left // (len(by_month) - index)
            months_of = _Months(self, t.cast("WindowedStream", stream), share)
            yield from months_of.rows()
            left -= months_of.requests
            refusals += months_of.refusals
        if refusals and not self.outcome.has_response:
            raise SkippableAPIError(refusals[0])

    def _list_count(self, stream: PagerDutyStream) -> PageRequest:
        return self.count_request(stream, EVERYTHING)

    def count_request(
        self, stream: PagerDutyStream, period: str, window: Window | None = None
    ) -> PageRequest:
        """Return the request for the number of a STREAM's records, in a WINDOW of a PERIOD."""
        columns = {"stream": stream.name, "period": period}
        return replace(stream.list_request(window), page=_COUNT, parent=columns, peek=None)

    def _row(self, request: PageRequest, records: int | None) -> Record:
        return self.row_of(t.cast("dict[str, str]", request.parent), records)

    def row_of(
        self, columns: dict[str, str], records: int | None, month: Window | None = None
    ) -> Record:
        """Return the row of a count; RECORDS is None where the API does not count."""
        return {
            **columns,
            "since": month and isoformat(month.since),
            "until": month and isoformat(month.until),
            "records": records,
            "counted_at": isoformat(datetime.now(timezone.utc)),
            "run_started_at": isoformat(self.connection.progress.start_time),
        }

    @override
    def next_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return the further pages of a list; a count has one page."""
        return [] if request.page is _COUNT else super().next_requests(request, response)

    @override
    def likely_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        return [] if request.page is _COUNT else super().likely_requests(request, response)

    @override
    def first_load_requests(self) -> list[PageRequest]:
        """Return nothing: which months there are depends on what is loaded."""
        return []

    @override
    def first_requests(self) -> list[PageRequest]:
        """Return nothing: the requests are those of other streams."""
        return []

    @property
    @override
    def is_versioned(self) -> bool:
        """False: the counts of months that were not counted again stay."""
        return False


class _Months:
    """The closed months of one stream, counted within a budget of requests."""

    def __init__(self, counts: RecordCounts, stream: WindowedStream, budget: int) -> None:
        self._counts, self._stream, self._budget = counts, stream, budget
        self._time = counts.counted[type(stream)]
        # What was sent, and why the API refused.
        self.requests = 0
        self.refusals: list[str] = []
        # Whether `until` is included: not documented by PagerDuty. None as long as no record shows.
        self._is_inclusive: bool | None = None

    def rows(self) -> Iterator[Record]:
        """Yield the rows, latest month first.

        The months are read one by one until a record shows whether `until` is included, and then
        with several requests in flight.
        """
        months = self._months()
        while months and self._is_inclusive is None:
            # At most: the month, whether `until` is included, and the month again.
            if self.requests + 2 * len(self._windows(months[0])) + 1 > self._budget:
                break
            month = months.pop(0)
            responses = self._read(self._requests([month]))
            if self.refusals:
                self._warn("is not counted: %s", self.refusals[0])
                return
            if found := next((each.records[0] for each in responses if each.records), None):
                self._is_inclusive = self._shows_end(found)
                months.insert(0, month)
            else:  # it is empty, and so is its end
                yield self._counts.row_of(self._columns(month), _total(responses), month)
        counted = months if self._is_inclusive is not None else []
        while counted and self.requests + len(self._requests(counted)) > self._budget:
            counted = counted[:-1]
        responses = self._read(self._requests(counted))
        for month in counted:
            columns = self._columns(month)
            own = [each for each in responses if each.request.parent == columns]
            yield self._counts.row_of(columns, _total(own), month)
        if len(counted) < len(months):
            until = isoformat(months[len(counted)].until)
            self._warn("is not counted before %s: max_count_requests is reached.", until)

    def _months(self) -> list[Window]:
        """Return the months that are loaded in full, or are to be by the end of the run."""
        stream, sync_range = self._stream, self._counts.sync_range
        bookmark = stream.tap_state.get("bookmarks", {}).get(stream.name, {})
        start = stream.load_start
        if LOADED_SINCE in bookmark:
            start = min(start, instant(bookmark[LOADED_SINCE]))
        # What happened in the overlap may be listed late.
        closed = min(sync_range.end(), sync_range.run_started_at - stream.overlap)
        found = months(start, start_of("month", closed))
        return [month for month in found if month.since >= start][::-1]

    def _windows(self, month: Window) -> list[Window]:
        """Return the windows of a month, as long as the endpoint takes; none shares a record."""
        windows = cut(month.since, month.until, timedelta(days=self._stream.max_window_days))
        if not self._is_inclusive:
            return list(windows)
        return [replace(each, until=each.until - SECOND) for each in windows]

    def _requests(self, months: list[Window]) -> list[PageRequest]:
        return [
            self._counts.count_request(self._stream, self._columns(month)["period"], window)
            for month in months
            for window in self._windows(month)
        ]

    def _columns(self, month: Window) -> dict[str, str]:
        return {"stream": self._stream.name, "period": f"{month.since:%Y-%m}"}

    def _shows_end(self, record: Record) -> bool:
        """Return whether a window that ends with the second of a RECORD shows it."""
        at = whole_second(instant(record[self._time]))
        request = self._stream.list_request(Window(at - SECOND, at))
        columns = {"stream": self._stream.name}
        responses = self._read([replace(request, parent=columns, peek=None)])
        shown = [each[self._time] for response in responses for each in response.records]
        return any(instant(time) >= at for time in shown)

    def _read(self, requests: list[PageRequest]) -> list[PageResponse]:
        self.requests += len(requests)
        responses = list(self._counts.read_pages(requests))
        self.refusals += [each.refusal_message for each in responses if each.refusal_message]
        return responses

    def _warn(self, message: str, *args: object) -> None:
        self._counts.log(f"%s {message}", self._stream.name, *args, level=logging.WARNING)


def is_counted_list(stream: PagerDutyStream) -> bool:
    """Return whether a stream is one list that the API counts, a row for each record."""
    return (
        stream.paginator is LIST
        and bool(stream.path)
        and not stream.nested
        and not stream.headers
        and not stream.parent_stream_type
        and not isinstance(stream, WindowedStream)
    )


def _total(responses: list[PageResponse]) -> int | None:
    """Return the sum of the counts; None if one has none."""
    totals = [response.body.get("total") for response in responses]
    return None if None in totals else sum(t.cast("list[int]", totals))
