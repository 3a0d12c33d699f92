"""Child streams: lists that each record of another stream has."""

from __future__ import annotations

import logging
import typing as t
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from singer_sdk.exceptions import SkippableAPIError

from tap_pagerduty.api.requests import path_of
from tap_pagerduty.api.windows import cut
from tap_pagerduty.compat import override
from tap_pagerduty.records.timestamps import whole_second
from tap_pagerduty.reporting.formatting import count
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.refused_parents import RefusedParents

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.tap_base import Tap

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.api.windows import Window
    from tap_pagerduty.records import Record


# Parents that are tried, if the API refuses all of them, until the stream is skipped.
MOST_REFUSED = 10


class ChildStream(PagerDutyStream):
    """A list of each record of its parent stream, which `path` names in braces.

    The parent stream has it read, for as many parents at a time as make the look-ahead
    worth while, when their records are out. The SDK's own way, a sync per parent, writes
    a SCHEMA and a bookmark for each.
    """

    # The parent stream; what is in braces in `path` are `parent_columns`.
    parent: t.ClassVar[type[PagerDutyStream]]
    selected_by_default = False
    state_partitioning_keys = ()

    def __init__(self, tap: Tap, connection: Connection) -> None:
        """Take the tap, and the connection that all its streams share."""
        super().__init__(tap, connection)
        # On the instance, since `discover_streams` links them: of what is on the class
        # the SDK logs a line per stream at each start.
        self.parent_stream_type = self.parent
        # Parents that the API refused to show, and how many it has no more.
        self.refused_parents = RefusedParents()
        self._gone = 0
        # The request for the last parent that it showed, and whether it has refused one since.
        self._shown_request: PageRequest | None = None
        self._is_refusing = False
        # Parents whose id cannot stand in a path.
        self._without_id = 0
        # What counts the requests and records between `start` and `finish`.
        self._meters = ExitStack()
        self._count = self.get_record_counter()
        # Keys that have been emitted, where they do not hold the parent's, and by which parent.
        self._emitted: dict[str, str] = {}

    @classmethod
    @override
    def scopes(cls) -> set[str]:
        """Return the scopes of its requests, and of those for its parents."""
        return super().scopes() | cls.parent.scopes()

    @override
    def first_requests(self) -> list[PageRequest]:
        """Return none: the requests depend on the parents."""
        return []

    def start(self, *, versioned: bool) -> None:
        """Write the SCHEMA, and those of the children; see `ChildReader`."""
        self._meters.enter_context(self.metered())
        self._count = self._meters.enter_context(self.get_record_counter())
        if self.selected:
            self._write_schema_message()
            self._versioned = versioned and self.is_versioned
        self.child_readers.start(versioned=versioned and self.is_versioned)

    def read_for(self, parents: list[Record]) -> None:
        """Read and emit what belongs to PARENTS, in their order."""
        if not self.outcome.is_complete:
            return
        self.progress.parents += len(parents)
        self._read(self.child_requests(parents))

    def read_refused(self) -> bool:
        """Read and emit what earlier runs were refused; return whether there was any."""
        columns = self.refused_parents.earlier
        self._read(request for each in columns for request in self.requests_for(each))
        return bool(columns)

    def _read(self, requests: Iterable[PageRequest]) -> None:
        with self.outcome.errors_reported():
            for record in self.child_readers.read_with(self._records_of(requests)):
                if self.selected:
                    self._write_record_message(record)
                    self.check_written()
                    self._count.increment()

    def finish(self, *, complete: bool, skipped_message: str) -> None:
        """Tell the target to drop what has vanished, if all that is left was read."""
        outcome = self.outcome
        outcome.skipped_message = outcome.skipped_message or skipped_message
        self._report_passed_over()
        if self._without_id and not outcome.skipped_message:
            self.log(
                "%s an id that cannot be one (empty, or no text) and %s left out.",
                *(
                    ("1 parent has", "is")
                    if self._without_id == 1
                    else (f"{self._without_id:,} parents have", "are")
                ),
                level=logging.WARNING,
            )
        left_out = self.refused_parents.messages or self._without_id or self.is_miscounted
        complete = complete and outcome.is_complete and not left_out
        if self._versioned and complete:
            self._write_activate_version_message(self.version)
        self.child_readers.finish(
            complete=complete, skipped_message=outcome.children_skipped_message
        )
        self._meters.close()

    def _report_passed_over(self) -> None:
        """Tell how many parents were passed over, and what that means if it is all of them."""
        outcome = self.outcome
        if not outcome.is_complete:
            return
        refusals = self.refused_parents.messages
        if refusals and not outcome.has_response:
            outcome.skip(refusals[0])
        elif refusals:
            self.log(
                "%d parents are closed to the key: %s",
                len(refusals),
                refusals[0],
                level=logging.WARNING,
            )
        if self._gone > 1 and not outcome.has_response:
            outcome.fail(f"PagerDuty has none of {self._gone:,} parents any more (404)")
        elif self._gone:
            self.log("Passed over %s that PagerDuty has no more.", count(self._gone, "parent"))

    def child_requests(self, parents: Iterable[Record]) -> Iterator[PageRequest]:
        """Yield the first request for each parent."""
        for parent in parents:
            yield from self.requests_for(self.columns_for_child(parent))

    def requests_for(self, columns: Record, records_key: str = "") -> Iterator[PageRequest]:
        """Yield the request for a parent with these COLUMNS; none if its id cannot be one.

        RECORDS_KEY replaces that of the stream, where the parent decides.
        """
        path = path_of(self.path, columns)
        if path is None:
            self._without_id += 1
        else:
            request = replace(self.list_request(), path=path, parent=columns)
            yield replace(request, records_key=records_key or request.records_key)

    def merge_lists(
        self, lists: Iterable[tuple[PageRequest, Iterable[Record]]]
    ) -> Iterable[Record]:
        """Yield the records of one parent out of its LISTS, each with its first request."""
        for _, records in lists:
            yield from records

    def _records_of(self, requests: Iterable[PageRequest]) -> Iterator[Record]:
        responses = self.read_pages(requests)
        for columns, group in groupby(responses, key=attrgetter("request.parent")):
            for record in self.merge_lists(self._lists_of(group)):
                record.update(columns)
                row = self.post_process(record)
                if row is not None and self._is_new(row):
                    yield row

    def _lists_of(
        self, responses: Iterable[PageResponse]
    ) -> Iterator[tuple[PageRequest, Iterable[Record]]]:
        for first, group in groupby(responses, key=_first_of):
            yield first, self.unnested(self.read_list(first, self._shown(group)))

    def _shown(self, responses: Iterable[PageResponse]) -> Iterator[PageResponse]:
        """Yield the responses; note which parents the API does not show.

        Some of them may be closed to the key. If it refuses one after it has shown others, it is
        asked for the last of these again, to know whether access was withdrawn.

        Raises:
            SkippableAPIError: it refuses all parents so far, or one that it has shown before.
        """
        for response in responses:
            columns = response.request.parent or {}
            if response.refusal_message:
                self.refused_parents.add(columns, response.refusal_message)
                self._check_access(response.refusal_message)
                yield response
                continue
            self.refused_parents.remove(columns)
            if response.is_gone:
                self._gone += 1
            else:
                self._shown_request, self._is_refusing = response.request, False
            yield response

    def _check_access(self, refusal: str) -> None:
        if not self.outcome.has_response:
            if len(self.refused_parents.messages) >= MOST_REFUSED:
                raise SkippableAPIError(refusal)
        elif self._shown_request and not self._is_refusing:
            self._is_refusing = True
            again = self.fetch(self._shown_request)
            if again.refusal_message:
                raise SkippableAPIError(again.refusal_message)

    def _is_new(self, row: Record) -> bool:
        """Return whether the row is due: of several parents that list it, the least id counts.

        The first one would depend on the order of the parents, which changes with their names.
        """
        if self.parent_columns.keys() & set(self.primary_keys):
            return True
        key = ":".join(str(row.get(name)) for name in self.primary_keys)
        parent = ":".join(str(row.get(name)) for name in self.parent_columns)
        if key in self._emitted and self._emitted[key] <= parent:
            return False
        self._emitted[key] = parent
        return True


class WindowedChildStream(ChildStream):
    """A list that each parent has for a time range, which the endpoint demands.

    It is a full table, from `start_date` to some days ahead of the run, in windows: so it
    costs a request, or more if it is paged, for each parent and window.
    """

    # The longest range that is asked for, in days. PagerDuty documents none for these lists,
    # and three months for others; 1 February to 1 May is 89 days.
    max_window_days: t.ClassVar[int] = 88
    # Days after the start of the run up to which plans are read; on-calls are listed no further.
    days_ahead: t.ClassVar[int] = 90

    def windows(self) -> Iterable[Window]:
        """Return the windows to read of each parent, oldest first."""
        start, end = whole_second(self.sync_range.start), self.sync_range.end(self.days_ahead)
        return cut(start, end, timedelta(days=self.max_window_days))

    @property
    @override
    def is_versioned(self) -> bool:
        """Not in a slice: the other slices' rows are not gone."""
        return super().is_versioned and not self.sync_range.is_slice

    @override
    def child_requests(self, parents: Iterable[Record]) -> Iterator[PageRequest]:
        """Yield the first request for each window of each parent."""
        windows = list(self.windows())
        for request in super().child_requests(parents):
            for window in windows:
                yield replace(request, window=window)

    @override
    def merge_lists(
        self, lists: Iterable[tuple[PageRequest, Iterable[Record]]]
    ) -> Iterable[Record]:
        """Yield the records of one parent; what stands in several windows comes once."""
        seen: set[str] = set()
        for _, records in lists:
            for record in records:
                identity = self.identity(record)
                if identity not in seen:
                    seen.add(identity)
                    yield record


def _first_of(response: PageResponse) -> PageRequest:
    """Return the first request of the list that a response belongs to."""
    return replace(response.request, page=response.request.paginator.first_page())
