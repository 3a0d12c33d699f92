"""Log entries and notifications of all incidents in the order of time, day by day.

A log entry is named by a key, one whole number that sorts by time: second, serial of the incident,
place among its events. The keys of a day are made on the first request for that day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from typing import TYPE_CHECKING

from sandbox.account.incident_state import ACTIONS, Event
from sandbox.values.timestamps import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.account.clock import Clock
    from sandbox.account.incident_store import IncidentStore

ENTRIES = "log_entries"
NOTIFICATIONS = "notifications"

_KEYS_KEPT = 1_000_000
_PLACE_BITS = 24
_SERIAL_BITS = 40
_AT_BITS = _PLACE_BITS + _SERIAL_BITS


def key_of(at: int, serial: int, place: int) -> int:
    """Make the key of an incident's event."""
    return at << _AT_BITS | serial << _PLACE_BITS | place


def record_number(key: int) -> int:
    """Give the part of a key that numbers the record for good (for its id)."""
    return key & ((1 << _AT_BITS) - 1)


def serial_and_place(key: int) -> tuple[int, int]:
    """Give the incident that a key belongs to, and the place among its events."""
    number = record_number(key)
    return number >> _PLACE_BITS, number & ((1 << _PLACE_BITS) - 1)


def at_of(key: int) -> int:
    """Give the time of a key."""
    return key >> _AT_BITS


def leaves(kind: str, event: Event) -> bool:
    """Return whether an event leaves a record of this kind."""
    if kind == NOTIFICATIONS:
        return event.action == "notify"
    return ACTIONS[event.action].entry is not None


class Timeline:
    """The keys of all log entries, and of those that are about a notification."""

    def __init__(self, incident_store: IncidentStore, clock: Clock) -> None:
        """Follow the incidents of a store."""
        self._incident_store = incident_store
        self._clock = clock
        self._days: OrderedDict[int, dict[str, list[int]]] = OrderedDict()
        self._kept = 0
        self._counts: dict[tuple[str, int], int] = {}
        self._touched: dict[str, list[int]] = {ENTRIES: [], NOTIFICATIONS: []}
        self._merged: dict[tuple[str, int], list[int]] = {}

    # -- changes -------------------------------------------------------------------------------

    def touch(self, serial: int) -> None:
        """Take note that an incident is about to be changed by hand (see `IncidentStore.touch`)."""
        if self._incident_store.is_touched(serial):
            return
        for event in self._incident_store.generator.events(serial):
            day = event.at // DAY
            gone = self._days.pop(day, None)
            self._kept -= sum(map(len, gone.values())) if gone else 0
            for kind in self._touched:
                self._counts.pop((kind, day), None)
        events = self._incident_store.touch(serial)
        self.add(serial, range(len(events)))

    def add(self, serial: int, places: range) -> None:
        """Take note of new events of an incident."""
        self.add_many([(serial, places)])

    def add_many(self, news: Iterable[tuple[int, range]]) -> None:
        """Take note of new events of several incidents."""
        for serial, places in news:
            events = self._incident_store.events(serial)
            for kind, keys in self._touched.items():
                keys.extend(
                    key_of(events[place].at, serial, place)
                    for place in places
                    if leaves(kind, events[place])
                )
        for keys in self._touched.values():
            keys.sort()
        self._merged.clear()

    # -- reading -------------------------------------------------------------------------------

    def between(self, kind: str, since: int | None, until: int | None) -> KeyRange:
        """Give the keys of a kind in since … until - 1 that are there by now."""
        end = self._clock.now() + 1
        if until is not None:
            end = min(end, until)
        start = self._incident_store.created_at(self._incident_store.first)
        keys = self._touched[ENTRIES]
        if keys:
            start = min(start, at_of(keys[0]))
        if since is not None:
            start = max(start, since)
        return KeyRange(self, kind, start, end)

    def find(self, number: int | None) -> int | None:
        """Give the key of the record with this number, if there is one by now."""
        serial, place = serial_and_place(number or 0)
        if number is None or not self._incident_store.exists(serial):
            return None
        events = self._incident_store.events(serial)
        if place >= len(events) or events[place].at > self._clock.now():
            return None
        return key_of(events[place].at, serial, place)

    def count(self, kind: str, day: int) -> int:
        """Count the keys of a whole day."""
        known = self._counts.get((kind, day))
        if known is None:
            known = self._counts[kind, day] = len(self._generated(day)[kind])
        touched = self._touched[kind]
        return known + (_position(touched, (day + 1) * DAY) - _position(touched, day * DAY))

    def keys(self, kind: str, day: int) -> list[int]:
        """List the keys of a whole day."""
        base = self._generated(day)[kind]
        touched = self._touched[kind]
        low, high = _position(touched, day * DAY), _position(touched, (day + 1) * DAY)
        if low == high:
            return base
        merged = self._merged.get((kind, day))
        if merged is None:
            merged = self._merged[kind, day] = sorted(base + touched[low:high])
        return merged

    def _generated(self, day: int) -> dict[str, list[int]]:
        """Give the keys of a day by kind, without the touched incidents."""
        known = self._days.get(day)
        if known is not None:
            self._days.move_to_end(day)
            return known
        made = {kind: sorted(keys) for kind, keys in self._make(day).items()}
        self._days[day] = made
        self._kept += sum(map(len, made.values()))
        while self._kept > _KEYS_KEPT and len(self._days) > 1:
            self._kept -= sum(map(len, self._days.popitem(last=False)[1].values()))
        return made

    def _make(self, day: int) -> dict[str, list[int]]:
        entries: list[int] = []
        notifications: list[int] = []
        incident_store, start, end = self._incident_store, day * DAY, (day + 1) * DAY
        for earlier in range(day - incident_store.generator.spill_days, day + 1):
            for serial, created in incident_store.incident_times.moments(
                earlier, incident_store.first
            ):
                if incident_store.is_touched(serial):
                    continue
                scenario, pace = incident_store.generator.steps(serial)
                low = serial << _PLACE_BITS
                for place, offset in enumerate(scenario.offsets):
                    at = created + offset * pace // 256
                    if start <= at < end:
                        key = at << _AT_BITS | low | place
                        entries.append(key)
                        if scenario.actions[place] == "notify":
                            notifications.append(key)
        for serial, place, event in self._late(day):
            entries.append(key_of(event.at, serial, place))
            if event.action == "notify":
                notifications.append(key_of(event.at, serial, place))
        return {ENTRIES: entries, NOTIFICATIONS: notifications}

    def _late(self, day: int) -> Iterator[tuple[int, int, Event]]:
        """Give the late changes of a day: serial, place, event."""
        incident_store = self._incident_store
        for later in incident_store.generator.later:
            serial = incident_store.incident_times.before_day(day - later)
            exists = (
                serial < incident_store.incident_times.before_day(day - later + 1)
                and serial >= incident_store.first
            )
            if exists and not incident_store.is_touched(serial):
                place = len(incident_store.generator.steps(serial)[0].actions)
                for event in incident_store.generator.late_events(serial, place):
                    if event.at // DAY == day:
                        yield serial, place, event
                    place += 1


def _position(keys: list[int], at: int) -> int:
    """Find where the keys of a time start."""
    return bisect_left(keys, at << _AT_BITS)


class KeyRange:
    """The keys of a range of time, read by pages."""

    def __init__(self, timeline: Timeline, kind: str, start: int, end: int) -> None:
        """Give the keys of start … end - 1."""
        self._timeline = timeline
        self._kind = kind
        self._start = start
        self._end = end

    def __len__(self) -> int:
        """Count them."""
        return sum(self._count(day) for day in self._days())

    def __iter__(self) -> Iterator[int]:
        """Go through all of them."""
        for day in self._days():
            yield from self._keys(day)

    def slice(self, offset: int, count: int, *, newest_first: bool = False) -> list[int]:
        """Give `count` keys from `offset` on."""
        found: list[int] = []
        days = self._days()
        for day in reversed(days) if newest_first else days:
            here = self._count(day)
            if offset >= here:
                offset -= here
                continue
            keys = self._keys(day)
            keys = keys[::-1] if newest_first else keys
            found += keys[offset : offset + count - len(found)]
            offset = 0
            if len(found) >= count:
                break
        return found

    def _days(self) -> range:
        if self._end <= self._start:
            return range(0)
        return range(self._start // DAY, (self._end - 1) // DAY + 1)

    def _whole(self, day: int) -> bool:
        return self._start <= day * DAY and (day + 1) * DAY <= self._end

    def _count(self, day: int) -> int:
        if self._whole(day):
            return self._timeline.count(self._kind, day)
        return len(self._keys(day))

    def _keys(self, day: int) -> list[int]:
        keys = self._timeline.keys(self._kind, day)
        if self._whole(day):
            return keys
        return keys[_position(keys, self._start) : _position(keys, self._end)]
