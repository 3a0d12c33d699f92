"""The child streams of a stream, read for many of its records at a time."""

from __future__ import annotations

import typing as t
from itertools import islice

from tap_pagerduty.api.pagination import PAGE_SIZE

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk import Stream

    from tap_pagerduty.records import Record


class ChildReader(t.Protocol):
    """A child stream, as its parent stream sees it."""

    def start(self, *, versioned: bool) -> None:
        """Write the SCHEMA; VERSIONED if the parent is a full table whose lost rows vanish."""

    def read_for(self, parents: list[Record]) -> None:
        """Read and emit the records that belong to these parents."""

    def finish(self, *, complete: bool, skipped_message: str) -> None:
        """Finish; COMPLETE if no parent is missing, SKIPPED_MESSAGE why there are none at all."""


class ChildReaders:
    """The selected child streams of a stream, and those with a selected child of their own."""

    def __init__(self, stream: Stream) -> None:
        """Take the parent stream; the tap links its child streams later."""
        self._stream = stream

    def __iter__(self) -> Iterator[ChildReader]:
        """Return the child streams, in the order of the registry."""
        return iter(
            [
                t.cast("ChildReader", child)
                for child in self._stream.child_streams
                if child.selected or child.has_selected_descendents
            ]
        )

    def start(self, *, versioned: bool) -> None:
        """Start all of them, before the first record of the parent."""
        for reader in self:
            reader.start(versioned=versioned)

    def read_with(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield RECORDS of the parent, and have the child streams read for each hundred.

        When it ends, all records of the children have been emitted.
        """
        readers = list(self)
        if not readers:
            yield from records
            return
        records = iter(records)
        # In a trial run it is the first record that children are read of.
        size = self._stream.ABORT_AT_RECORD_COUNT or PAGE_SIZE
        while batch := list(islice(records, size)):
            parents = [dict(record) for record in batch]
            yield from batch
            for reader in readers:
                reader.read_for(parents)

    def finish(self, *, complete: bool, skipped_message: str) -> None:
        """Finish all of them, after the last record of the parent."""
        for reader in self:
            reader.finish(complete=complete, skipped_message=skipped_message)
