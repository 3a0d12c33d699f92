"""Child streams: lists that each record of another stream has."""

from __future__ import annotations

import logging
import sys
import typing as t
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from singer_sdk.exceptions import SkippableAPIError

from tap_pagerduty.client import PagerDutyStream
from tap_pagerduty.windows import cut, whole_second

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.tap_base import Tap

    from tap_pagerduty.calls import Answer, Call
    from tap_pagerduty.connection import Connection
    from tap_pagerduty.records import Record
    from tap_pagerduty.windows import Window


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
        # Parents that the API refused to show, and what it said.
        self._refused: list[str] = []
        # What counts the requests and records between `begin` and `end`.
        self._meters = ExitStack()
        self._count = self.get_record_counter()
        # Keys that are out, where they do not tell the parent.
        self._emitted: set[str] = set()

    @classmethod
    @override
    def scopes(cls) -> set[str]:
        """Return the scopes of its requests, and of those for its parents."""
        return super().scopes() | cls.parent.scopes()

    @override
    def opening(self) -> Call | None:
        """Return None: the parents tell what to ask for."""

    def begin(self, *, versioned: bool) -> None:
        """Write the SCHEMA, and those of the children; see `Follower`."""
        self._meters.enter_context(self.metered())
        self._count = self._meters.enter_context(self.get_record_counter())
        if self.selected:
            self._write_schema_message()
            self._versioned = versioned and self.is_versioned
        for follower in self.followers:
            follower.begin(versioned=versioned and self.is_versioned)

    def read_for(self, parents: list[Record]) -> None:
        """Read and emit what belongs to PARENTS, in their order."""
        if self.skipped or self.failed:
            return
        self.activity.parents += len(parents)
        with self.told():
            for record in self.with_children(self._records_of(parents)):
                if self.selected:
                    self._write_record_message(record)
                    self._count.increment()

    def end(self, *, complete: bool, obstacle: str) -> None:
        """Tell the target to drop what has vanished, if all that is left was read."""
        self.skipped = self.skipped or obstacle
        if self._refused and not self.skipped:
            self.log(
                "%d parents are closed to the key: %s",
                len(self._refused),
                self._refused[0],
                level=logging.WARNING,
            )
        complete = complete and not (self.skipped or self.failed or self._refused)
        if self._versioned and complete:
            self._write_activate_version_message(self.version)
        for follower in self.followers:
            follower.end(complete=complete, obstacle=self.obstacle)
        self._meters.close()

    def calls(self, parents: Iterable[Record]) -> Iterator[Call]:
        """Yield the first request for each parent."""
        for parent in parents:
            columns = self.columns_for_child(parent)
            path = self.path.format(**columns)
            yield replace(self.call(), path=path, parent=columns)

    def together(self, lists: Iterable[tuple[Call, Iterable[Record]]]) -> Iterable[Record]:
        """Yield the records of one parent out of its LISTS, each with its first call."""
        for _, records in lists:
            yield from records

    def _records_of(self, parents: list[Record]) -> Iterator[Record]:
        answers = self.read(self.calls(parents))
        for columns, group in groupby(answers, key=attrgetter("call.parent")):
            for record in self.together(self._lists_of(group)):
                record.update(columns)
                row = self.post_process(record)
                if row is not None and self._is_new(row):
                    yield row

    def _lists_of(self, answers: Iterable[Answer]) -> Iterator[tuple[Call, Iterable[Record]]]:
        for first, group in groupby(answers, key=_first_of):
            yield first, self.unnested(self.read_whole(first, self._shown(group)))

    def _shown(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """Yield the answers; note what the API refuses to show.

        Raises:
            SkippableAPIError: it has not shown the children of any parent so far.
        """
        for answer in answers:
            if answer.refusal and not self._answered:
                raise SkippableAPIError(answer.refusal)
            if answer.refusal:
                self._refused.append(answer.refusal)
            yield answer

    def _is_new(self, row: Record) -> bool:
        """Return whether the row is not out yet, by way of another parent."""
        if self.parent_columns.keys() & set(self.primary_keys):
            return True
        key = ":".join(str(row.get(name)) for name in self.primary_keys)
        if key in self._emitted:
            return False
        self._emitted.add(key)
        return True


class WindowedChildStream(ChildStream):
    """A list that each parent has for a time range, which the endpoint demands.

    It is read whole, from `start_date` to some days ahead of the run, in windows: so it
    costs a request, or more if it is paged, for each parent and window.
    """

    # The longest range that is asked for, in days. PagerDuty documents none for these lists,
    # and three months for others; 1 February to 1 May is 89 days.
    max_window_days: t.ClassVar[int] = 88
    # Days after the run's begin up to which plans are read; on-calls are not told further.
    days_ahead: t.ClassVar[int] = 90

    def windows(self) -> Iterable[Window]:
        """Return the windows to read of each parent, oldest first."""
        start, end = whole_second(self.first_start), self.last_end(self.days_ahead)
        return cut(start, end, timedelta(days=self.max_window_days))

    @property
    @override
    def is_versioned(self) -> bool:
        """Not in a slice: the other slices' rows are not gone."""
        return super().is_versioned and not self.is_slice

    @override
    def calls(self, parents: Iterable[Record]) -> Iterator[Call]:
        """Yield the first request for each window of each parent."""
        windows = list(self.windows())
        for call in super().calls(parents):
            for window in windows:
                yield replace(call, window=window)

    @override
    def together(self, lists: Iterable[tuple[Call, Iterable[Record]]]) -> Iterable[Record]:
        """Yield the records of one parent; what stands in several windows comes once."""
        seen: set[str] = set()
        for _, records in lists:
            for record in records:
                identity = self.identity(record)
                if identity not in seen:
                    seen.add(identity)
                    yield record


def _first_of(answer: Answer) -> Call:
    """Return the first call of the list that an answer belongs to."""
    return replace(answer.call, page=answer.call.paginator.first())
