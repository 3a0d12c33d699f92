"""All incidents of the account: the generated ones, and those that tests created or changed."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from sandbox.account.incident_state import Event, Facts, State, state_at
from sandbox.values.timestamps import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.account.clock import Clock
    from sandbox.account.incident_generator import IncidentGenerator
    from sandbox.account.incident_times import IncidentTimes

TOUCHED = 1 << 39
"""Serial of the first incident that was created by hand."""
_CACHE = 20_000
_FOREVER = 1 << 62


class IncidentStore:
    """Facts, events and present state of each incident, by serial number."""

    def __init__(
        self, generator: IncidentGenerator, incident_times: IncidentTimes, clock: Clock, first: int
    ) -> None:
        """Start with the generated incidents; `first` is the serial of the oldest to show."""
        self.generator = generator
        self.incident_times = incident_times
        self.first = first
        self.version = 0
        self._clock = clock
        self._touched: dict[int, list[Event]] = {}
        self._facts: dict[int, Facts] = {}
        self._created: list[tuple[int, int]] = []
        self._states: dict[int, tuple[State, int]] = {}

    # -- single incidents ----------------------------------------------------------------------

    def exists(self, serial: int) -> bool:
        """Return whether there is such an incident by now."""
        if serial >= TOUCHED:
            return serial in self._facts and self.created_at(serial) <= self._clock.now()
        return serial >= self.first and self.created_at(serial) <= self._clock.now()

    def is_touched(self, serial: int) -> bool:
        """Return whether a test created or changed the incident."""
        return serial in self._touched

    def created_at(self, serial: int) -> int:
        """Return when an incident began."""
        if serial >= TOUCHED:
            return self._facts[serial].created_at
        return self.incident_times.created_at(serial)

    def facts(self, serial: int) -> Facts:
        """Give what an incident is from the start."""
        return self._facts.get(serial) or self.generator.facts(serial)

    def events(self, serial: int) -> list[Event]:
        """Give what happens to an incident; the place in this list numbers its log entries."""
        touched = self._touched.get(serial)
        return self.generator.events(serial) if touched is None else touched

    def state(self, serial: int, ago: int = 0) -> State:
        """Give what an incident is by now, or what it was so many seconds `ago`."""
        now = self._clock.now()
        if ago:
            moment = max(self.created_at(serial), now - ago)
            return state_at(self.facts(serial), self.events(serial), moment)[0]
        known = self._states.get(serial)
        if known is not None and now < known[1]:
            return known[0]
        if len(self._states) > _CACHE:
            self._states.clear()
        state, following = state_at(self.facts(serial), self.events(serial), now)
        self._states[serial] = state, following or _FOREVER
        return state

    def by_hand(self, number: int) -> int:
        """Give the serial of the number-th (from 0) incident created by hand."""
        return TOUCHED + number

    def hand_number(self, serial: int) -> int:
        """Undo `by_hand`."""
        return serial - TOUCHED

    # -- changes -------------------------------------------------------------------------------

    def add(self, facts: Facts, events: list[Event]) -> None:
        """Add an incident by hand."""
        self.add_many([(facts, events)])

    def add_many(self, crowd: list[tuple[Facts, list[Event]]]) -> None:
        """Add many incidents by hand."""
        for facts, events in crowd:
            self._facts[facts.serial] = facts
            self._touched[facts.serial] = events
            self._created.append((facts.created_at, facts.serial))
        self._created.sort()
        self.version += 1

    def next_serial(self, ahead: int = 0) -> int:
        """Give the serial of the next incident created by hand, or of one further ahead."""
        return self.by_hand(len(self._created) + ahead)

    def touch(self, serial: int) -> list[Event]:
        """Stop generating an incident's events: what has not happened yet won't."""
        events = self._touched.get(serial)
        if events is None:
            now = self._clock.now()
            events = [each for each in self.generator.events(serial) if each.at <= now]
            self._touched[serial] = events
        return events

    def append(self, serial: int, events: Iterable[Event]) -> range:
        """Let something happen to an incident; gives the places of the new events."""
        known = self.touch(serial)
        start = len(known)
        known.extend(events)
        self._states.pop(serial, None)
        self.version += 1
        return range(start, len(known))

    def override(self, serial: int, /, **fields: object) -> None:
        """Make fields of an incident be so, whatever happens."""
        self.facts(serial).over.update(fields)
        self._facts.setdefault(serial, self.facts(serial))
        self.version += 1

    # -- many incidents ------------------------------------------------------------------------

    def between(self, since: int | None, until: int | None) -> IncidentRange:
        """Give the incidents created in since … until - 1 that exist by now."""
        end = self._clock.now() + 1
        if until is not None:
            end = min(end, until)
        start = -_FOREVER if since is None else since
        low = self.first if since is None else max(self.first, self.incident_times.before(since))
        high = max(low, self.incident_times.before(end))
        left = bisect_left(self._created, (start, 0))
        right = max(left, bisect_left(self._created, (end, 0)))
        return IncidentRange(self.incident_times, low, high, self._created[left:right])

    def open_serials(self) -> list[int]:
        """List the incidents that are not resolved by now, without looking at each one."""
        now = self._clock.now()
        end = self.incident_times.before(now + 1)
        spill = self.generator.spill_days
        recent = max(self.first, self.incident_times.before_day(now // DAY - spill))
        candidates = set(self.generator.staying_open(self.first, end))
        candidates.update(range(recent, end))
        first_day = self.incident_times.day_of(self.first)
        candidates.update(map(self.incident_times.before_day, range(first_day, now // DAY + 1)))
        candidates.update(self._touched)
        found = [
            each
            for each in candidates
            if self.exists(each) and self.state(each).status != "resolved"
        ]
        return sorted(found, key=lambda each: (self.created_at(each), each))


class IncidentRange:
    """Serials of incidents in the order of creation, without making a list of them."""

    def __init__(
        self, incident_times: IncidentTimes, low: int, high: int, extra: list[tuple[int, int]]
    ) -> None:
        """Join serials low … high - 1 with the (created_at, serial) of `extra`."""
        self._incident_times = incident_times
        self._low = low
        self._high = high
        self._extra = extra

    def __len__(self) -> int:
        """Count them."""
        return self._high - self._low + len(self._extra)

    def __iter__(self) -> Iterator[int]:
        """Go through all of them."""
        return iter(self.slice(0, len(self)))

    def slice(self, offset: int, count: int, *, newest_first: bool = False) -> list[int]:
        """Give `count` serials from `offset` on."""
        if newest_first:
            end = max(0, len(self) - offset)
            return self.slice(max(0, end - count), min(count, end))[::-1]
        extras = self._extras_among(offset)
        serial = self._low + offset - extras
        found: list[int] = []
        while len(found) < count:
            extra = self._extra[extras] if extras < len(self._extra) else None
            if serial < self._high and (
                extra is None or self._incident_times.created_at(serial) <= extra[0]
            ):
                found.append(serial)
                serial += 1
            elif extra is not None:
                found.append(extra[1])
                extras += 1
            else:
                break
        return found

    def _extras_among(self, offset: int) -> int:
        """Count the extras among the first `offset` of all."""
        low, high = 0, len(self._extra)
        while low < high:
            middle = (low + high) // 2
            before = self._incident_times.before(self._extra[middle][0] + 1)
            rank = middle + min(max(before, self._low), self._high) - self._low
            if rank < offset:
                low = middle + 1
            else:
                high = middle
        return low
