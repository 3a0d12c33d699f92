"""Windowed streams: lists of what happened, read in closed time windows."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from singer_sdk.exceptions import FatalAPIError
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import CEILING, LIST, WINDOW, Paginator
from tap_pagerduty.api.windows import Window, cut, months, start_of
from tap_pagerduty.compat import override
from tap_pagerduty.records.timestamps import isoformat
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.consistent_reads import MAX_PASSES, OverlapCheck
from tap_pagerduty.sync.state import POSITIONS
from tap_pagerduty.sync.sync_range import SyncRange

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.helpers.types import Context

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.records import Record


class WindowedStream(PagerDutyStream):
    """A list of what happened, read in closed time windows, oldest first.

    A window ends at the latest when the run started, unless the endpoint lists the future; so
    nothing can be inserted into it while it is paged. The bookmark is the end of the last window
    of which all records have been emitted; the next run starts there.
    """

    # The longest range that the endpoint takes, in days.
    max_window_days: t.ClassVar[int]
    # How far back the endpoint's records go, in days; 0 for all the way.
    history_days: t.ClassVar[int] = 0
    # Days before the bookmark that are read again, where records change or come late.
    overlap_days: t.ClassVar[int] = 0
    # Days after the start of the run that are read as well, and again on each run, where the
    # endpoint lists what is planned.
    days_ahead: t.ClassVar[int] = 0
    # The calendar period that the records sum up, which no window may cut: `day`, or `month`
    # for a window each; empty if they are of single moments.
    period: t.ClassVar[str] = ""
    # Columns that take the start and the end of the window, where records do not have them.
    window_columns: t.ClassVar[tuple[str, ...]] = ()
    paginator: t.ClassVar[Paginator] = WINDOW

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        """Yield what happened from the bookmark, or `start_date`, to the start of the run."""
        start = self.get_starting_timestamp(context) or self.sync_range.start
        now = self.sync_range.run_started_at
        if (
            self.replication_method == REPLICATION_INCREMENTAL
            and "replication_key_value" in self.stream_state
        ):
            earliest = min(start, self.sync_range.start)
            start = max(start - timedelta(days=self.overlap_days), earliest)
        for window, records in self.read_windows(
            map(self.list_request, self.windows_to_read(start))
        ):
            yield from self.child_readers.read_with(self.unnested(records))
            self.bookmark(replication_key_value=min(window.until, now))

    def windows_to_read(self, start: datetime) -> Iterator[Window]:
        """Yield the windows from START to where reading ends."""
        if self.history_days:
            start = max(start, self.sync_range.run_started_at - timedelta(days=self.history_days))
        return self.windows(start, self.sync_range.end(self.days_ahead))

    @cached_property
    @override
    def sync_range(self) -> SyncRange:
        return SyncRange(self.config, self.connection, self.fetch, self.period)

    @override
    def first_load_requests(self) -> list[PageRequest]:
        """Return the first request of each window that a first load reads."""
        return [self.list_request(window) for window in self.windows_to_read(self.sync_range.start)]

    @override
    def first_request(self) -> PageRequest | None:
        """Return None: which window is the first takes the account's time and the state."""

    def windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Yield the windows between two instants, as long as the endpoint takes."""
        if self.period == "month":
            return months(start, end)
        return cut(start_of(self.period, start), end, timedelta(days=self.max_window_days))

    @override
    def list_request(self, window: Window | None = None) -> PageRequest:
        request = super().list_request(window)
        if self.filter_params and request.paginator is WINDOW:
            # What a filter lets through may change while even a closed window is paged.
            return replace(request, paginator=LIST)
        return request

    def read_windows(
        self,
        requests: Iterable[PageRequest],
    ) -> Iterator[tuple[Window, Iterator[Record]]]:
        """Yield each window with its records; these must be taken before the next window.

        A record that stands in two neighbours, on the second they share, comes once.
        """
        earlier: set[str] = set()
        requests = list(requests)
        responses = self.read_pages(requests)
        with self.progress.windows_in_progress(
            request.window for request in requests if request.window
        ):
            for first in responses:
                if first.total > CEILING:
                    continue  # it was cut, and its parts come next
                found: set[str] = set()
                records = self._new(self._window(first, responses), found, earlier)
                yield t.cast("Window", first.request.window), records
                earlier = found

    def _window(
        self, first: PageResponse, responses: Iterator[PageResponse]
    ) -> Iterator[PageResponse]:
        """Yield the FIRST response of a window and its others, and wait for none behind them.

        So the bookmark moves as soon as the window is done.
        """
        yield first
        response = first
        while not response.request.page.last or self.next_requests(response.request, response):
            response = next(responses)
            yield response

    def _new(
        self,
        group: Iterable[PageResponse],
        found: set[str],
        earlier: set[str],
    ) -> Iterator[Record]:
        """Yield the records of one window that are not among the EARLIER ones.

        The API does not say in which order records of one second come, and an order that
        differs between two pages hides a record. So the records FOUND are compared with the
        total, and a window that comes short is read again for the rest; as is one of which a
        filter lets others through by the time of the next page, so that pages do not fit.
        """
        for attempt in range(1, MAX_PASSES + 1):
            total, before, overlap_check = 0, len(found), OverlapCheck()
            for response in group:
                request = response.request
                total = total or response.total
                for record in self._records_of(response, overlap_check):
                    identity = self.identity(record)
                    if identity not in found:
                        found.add(identity)
                        if identity not in earlier:
                            yield record
            if overlap_check.is_consistent and len(found) >= total:
                return
            if overlap_check.is_consistent and attempt > 1 and len(found) == before:
                break
            group = self.read_pages([replace(request, page=request.paginator.first_page())])
        # What was found is emitted, of later windows too, but the bookmark stays before this one.
        if overlap_check.is_consistent:
            counted = f"PagerDuty counts {total:,} records from {request.window}"
            self.outcome.fail(f"{counted} and lists {len(found):,}")
        else:
            self.outcome.fail(
                f"the list from {request.window} changed at each of {MAX_PASSES} readings"
            )

    def _records_of(self, response: PageResponse, overlap_check: OverlapCheck) -> Iterable[Record]:
        """Return a page's records with what they take from the window; add it to OVERLAP_CHECK."""
        records, window, overlap = (
            response.records,
            response.request.window,
            response.request.paginator.overlap,
        )
        ends = window.params.values() if window else ()
        columns = dict(zip(self.window_columns, ends, strict=False))
        if overlap or columns:
            records = list(records)
        if overlap:
            overlap_check.add([self.identity(record) for record in records], overlap)
        for record in records if columns else ():
            record.update(columns)
        return records

    @override
    def next_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return the further pages, or the parts of a window that holds too much to page.

        Raises:
            FatalAPIError: a single second holds more than the API lets one page through.
        """
        if request.window is None or response.total <= CEILING:
            return super().next_requests(request, response)
        try:
            return [replace(request, window=part) for part in request.window.split(response.total)]
        except ValueError as error:
            msg = f"{error}: {response.total:,} records, of which the API lists {CEILING:,}"
            raise FatalAPIError(msg) from error

    def bookmark(self, **positions: datetime) -> None:
        """Write positions to the state, if all records before them have been emitted.

        If one is missing, or one of their children, the next run has to come back to it.
        """
        children = t.cast("list[PagerDutyStream]", self.descendent_streams)
        outcomes = [child.outcome for child in children]
        missing = self.outcome.failed_message or any(
            outcome.failed_message or outcome.postponed for outcome in outcomes
        )
        if missing or self.replication_method != REPLICATION_INCREMENTAL:
            return
        self.stream_state["replication_key"] = self.replication_key
        for name, at in positions.items():
            # What is read again for its changes does not move a position back.
            self.stream_state[name] = max(isoformat(at), self.stream_state.get(name, ""))
        self.progress.bookmark = min(
            self.stream_state[name] for name in POSITIONS if name in self.stream_state
        )
        self.state_manager.is_flushed = False
        if self.get_batch_config(self.config) is None:
            # With BATCH the records have not been written yet: the SDK writes both, in order.
            self._write_state_message()

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return nothing: a closed window cannot run ahead of the run's start."""

    @override
    def _increment_stream_state(
        self,
        latest_record: Record,
        *,
        context: Context | None = None,
    ) -> None:
        """Do nothing: windows move the bookmark, records do not.

        The SDK has no public hook for a bookmark that is not a record's value.
        """
