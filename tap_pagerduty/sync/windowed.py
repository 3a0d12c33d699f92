"""Windowed streams: lists of what happened, read in closed time windows."""

from __future__ import annotations

import logging
import typing as t
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from singer_sdk.exceptions import FatalAPIError
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import CEILING, LIST, WINDOW, CeilingError, Paginator
from tap_pagerduty.api.windows import Window, cut, months, start_of
from tap_pagerduty.compat import override
from tap_pagerduty.records.timestamps import isoformat
from tap_pagerduty.sync.bookmarks import Bookmarks
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.consistent_reads import (
    MAX_PASSES,
    MOST_PASSES,
    SETTLED_PASSES,
    OverlapCheck,
    WindowReading,
    with_page_size,
)
from tap_pagerduty.sync.sync_range import SyncRange
from tap_pagerduty.sync.unread_parents import UnreadParents

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
    # Days before the bookmark that are read again, where records change or come later than the
    # setting `overlap_minutes` allows for.
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
        now, is_incremental = self.sync_range.run_started_at, self._is_incremental
        start = self.resume_at() if is_incremental else self.load_start
        for window, records in self.read_windows(
            map(self.list_request, self.windows_to_read(start))
        ):
            yield from self.child_readers.read_with(self.unnested(records))
            self.bookmark(replication_key_value=min(window.until, now))
        if is_incremental:
            yield from self.read_gap()

    @property
    def _is_incremental(self) -> bool:
        return self.replication_method == REPLICATION_INCREMENTAL

    @cached_property
    def _grown(self) -> set[Window]:
        """Windows that hold more than can be paged since their first page was read."""
        return set()

    @cached_property
    def unread_parents(self) -> UnreadParents:
        """The records of the stream of which child streams have read nothing."""
        return UnreadParents(self)

    @cached_property
    def bookmarks(self) -> Bookmarks:
        """The positions of the stream in the state."""
        return Bookmarks(lambda: self.stream_state)

    @property
    def overlap(self) -> timedelta:
        """How far before its bookmark the stream is read again: records may be listed late."""
        minutes = timedelta(minutes=self.config["overlap_minutes"])
        return max(minutes, timedelta(days=self.overlap_days))

    @property
    def load_start(self) -> datetime:
        """Where a first load starts, as far back as the endpoint has records."""
        start = self.sync_range.start
        if self.history_days:
            start = max(start, self.sync_range.run_started_at - timedelta(days=self.history_days))
        return start_of(self.period, start)

    def resume_at(self, position: str = "replication_key_value") -> datetime:
        """Return from where to read: a POSITION in the state less the overlap, or the start.

        A later `start_date` than that of the first load changes nothing, unless it is a slice's.
        """
        now = self.sync_range.run_started_at
        reached = self.bookmarks.start(position, self.load_start, now, self.log)
        if reached is None:
            return self.load_start
        start = max(reached - self.overlap, min(reached, self.bookmarks.loaded_since))
        return max(start, self.load_start) if self.sync_range.is_slice else start

    @property
    def has_gap(self) -> bool:
        """Whether `start_date` has been moved back, to before what is loaded."""
        is_set = bool(self.config.get("start_date")) and not self.sync_range.is_slice
        return is_set and self.load_start < self.bookmarks.loaded_since

    def read_gap(self) -> Iterator[Record]:
        """Yield what happened before the loading began, if `start_date` has been moved back.

        The gap is a slice. Its latest windows come first: so wherever a run ends, what is loaded
        has no gap, and the next run reads the rest.
        """
        if not self.has_gap:
            return
        since, until = self.load_start, self.bookmarks.loaded_since
        self.log(
            "Reading %s to %s as well, as start_date lies before what is loaded.",
            isoformat(since),
            isoformat(until),
        )
        range_of_run = self.sync_range
        slice_ = {**self.config, "end_date": isoformat(until)}
        self.sync_range = SyncRange(slice_, self.connection, self.fetch, self.period)
        try:
            for windows in self.gap_windows(since, until):
                requests = map(self.list_request, windows)
                for _, records in self.read_windows(requests):
                    yield from self.child_readers.read_with(self.unnested(records))
                self.bookmark(loaded_since=max(since, windows[0].since))
        finally:
            self.sync_range = range_of_run

    def gap_windows(self, since: datetime, until: datetime) -> Iterable[list[Window]]:
        """Return the windows of a gap, the latest first, in lists that are read together."""
        return [[window] for window in reversed(list(self.windows(since, until)))]

    @property
    @override
    def is_versioned(self) -> bool:
        """False: rows that a run does not read are not gone, they are older."""
        return False

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
        own, reading, in_vain = None, WindowReading(), 0
        for attempt in range(1, MOST_PASSES + 1):
            before = len(found)
            reading.start()
            for response in group:
                own = own or response.request
                if not reading.add(response):
                    continue
                for record in self._records_of(response, reading.overlap_check):
                    identity = self.identity(record)
                    reading.found.add(identity)
                    if identity not in found:
                        found.add(identity)
                        if identity not in earlier:
                            yield record
            is_consistent = reading.is_consistent and self._grown.isdisjoint(reading.windows)
            self._grown.clear()
            if own is None or (is_consistent and not reading.missing):
                self._report_complete(own)
                return
            in_vain = 0 if len(found) > before else in_vain + 1
            if in_vain == SETTLED_PASSES if is_consistent else attempt >= MAX_PASSES:
                break
            group = self.read_pages([with_page_size(own, attempt)])
        # What was found is emitted, of later windows too, but the bookmark stays before this one.
        self._report_incomplete(t.cast("PageRequest", own), reading, is_consistent=is_consistent)

    def _report_complete(self, request: PageRequest | None) -> None:
        if request:
            self.bookmarks.is_complete(request.path, _name_of(request))

    def _report_incomplete(
        self, request: PageRequest, reading: WindowReading, *, is_consistent: bool
    ) -> None:
        """Fail; but a window that lacks as many records run after run is counted wrongly."""
        window = t.cast("Window", request.window)
        if not is_consistent:
            self.outcome.fail(f"the list from {window} changed at each of {MAX_PASSES} readings")
            return
        listed = reading.total - reading.missing
        counted = f"PagerDuty counts {reading.total:,} records from {window} and lists {listed:,}"
        if self.bookmarks.is_miscounted(request.path, _name_of(request), reading.missing):
            self.log(
                "%s, as in earlier runs; the count is taken for wrong.",
                counted,
                level=logging.WARNING,
            )
        else:
            self.outcome.fail(counted)

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
        if request.window is None:
            return super().next_requests(request, response)
        if response.total <= CEILING:
            try:
                return super().next_requests(request, response)
            except CeilingError:
                # It has grown since its first page; at the next reading it is split.
                self._grown.add(request.window)
                return []
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
        if missing or not self._is_incremental:
            return
        self.unread_parents.note_skipped()
        self.stream_state["replication_key"] = self.replication_key
        self.bookmarks.move(**positions)
        self.progress.bookmark = self.bookmarks.earliest
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


def _name_of(request: PageRequest) -> str:
    """Return a name for a window that it has at each run that starts at the same position."""
    return f"{request.path} {isoformat(request.window.since)}" if request.window else request.path
