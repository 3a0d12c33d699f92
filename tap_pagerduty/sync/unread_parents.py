"""The parents that child streams have yet to read: they were selected later, skipped or refused."""

from __future__ import annotations

import typing as t
from datetime import datetime

from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.sync.state import UNREAD_CHANGED, UNREAD_CREATED

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_pagerduty.records import Record
    from tap_pagerduty.sync.child import ChildStream
    from tap_pagerduty.sync.client import PagerDutyStream

# Reads parents since a time; yields how far it has come, with the parents up to there.
Reader = t.Callable[[datetime], "Iterator[tuple[datetime, Iterable[Record]]]"]
# Parents that are read together.
_BATCH = 100


class UnreadParents:
    """What the child streams of an incremental stream have not read of their parents.

    The bookmark of the parent moves whether or not a child stream can be read. So the state of a
    child stream remembers from where on it has read nothing: of the parents that were created
    since `unread_created_since`, and of those that changed since `unread_changed_since`. A later
    run that may read the child stream lists these parents again, but does not emit them. Until it
    has come to the end, it moves these positions, so that it can be interrupted.

    The child streams that the state has never seen were selected later: all parents that a first
    load reads are unread.
    """

    def __init__(self, stream: PagerDutyStream) -> None:
        """Take the parent stream."""
        self._stream = stream
        # Where the run starts to read parents, by creation and by change.
        self._positions: dict[str, str] = {}

    def start(
        self, created_since: datetime, changed_since: datetime | None, loaded_since: datetime | None
    ) -> None:
        """Take where the run starts to read; note which child streams lack what is before.

        LOADED_SINCE is where earlier runs started to read parents; None in a first load.
        """
        self._positions = {UNREAD_CREATED: isoformat(created_since)}
        if changed_since:
            self._positions[UNREAD_CHANGED] = isoformat(changed_since)
        seen = {*self._stream.tap_state.get("bookmarks", {})}
        for child in self._children:
            if not child.selected:
                if child.name in seen:
                    self._note(child)
                continue
            child.refused_parents.remember_in(child.stream_state)
            if child.name not in seen and loaded_since:
                child.stream_state[UNREAD_CREATED] = isoformat(loaded_since)
                child.log(
                    "Selected after the first load of %s; reading what it holds since %s.",
                    self._stream.name,
                    isoformat(loaded_since),
                )

    def note_skipped(self) -> None:
        """Note the child streams that could not be read in this run."""
        for child in self._children:
            is_lacking = child.outcome.skipped_message or child.refused_parents.is_full
            if child.selected and is_lacking and self._positions:
                self._note(child)

    def _note(self, child: ChildStream) -> None:
        state = child.stream_state
        if not state.keys() & {UNREAD_CREATED, UNREAD_CHANGED}:
            state.update(self._positions)

    def read(self, created: Reader, changed: Reader, save: Callable[[], None]) -> None:
        """Have the child streams read what they lack, then what was refused to them.

        CREATED and CHANGED list the parents of which this run has not had them read, oldest
        first. SAVE writes the state.
        """
        for position, read in ((UNREAD_CREATED, created), (UNREAD_CHANGED, changed)):
            behind = [child for child in self._readable if position in child.stream_state]
            if behind:
                start = min(instant(child.stream_state[position]) for child in behind)
                self._catch_up(behind, position, read(start), save)
        for child in self._readable:
            if child.read_refused():
                save()

    def _catch_up(
        self,
        behind: list[ChildStream],
        position: str,
        parts: Iterator[tuple[datetime, Iterable[Record]]],
        save: Callable[[], None],
    ) -> None:
        for until, parents in parts:
            for batch in _batches(parents):
                for child in behind:
                    child.read_for(batch)
            behind = [child for child in behind if child.outcome.is_complete]
            for child in behind:
                state = child.stream_state
                state[position] = max(state[position], isoformat(until))
            save()
        for child in behind:
            del child.stream_state[position]
        save()

    @property
    def _children(self) -> list[ChildStream]:
        return t.cast("list[ChildStream]", self._stream.child_streams)

    @property
    def _readable(self) -> list[ChildStream]:
        return [child for child in self._children if child.selected and child.outcome.is_complete]


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(dict(record))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
