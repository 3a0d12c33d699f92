"""When a plausible company has incidents: in working hours, after releases, in groups.

Some incidents come as a group: an alert that flaps, or an outage that several services notice.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum
from itertools import accumulate
from typing import NamedTuple

from sandbox.account.incident_times import IncidentTimes
from sandbox.values.seeded_random import hash_of
from sandbox.values.timestamps import DAY

RELEASE_DAY = 1  # Tuesday
WEEKEND = 5
_MONDAY = 3  # days from a Monday to 1 January 1970
_HOUR = 3600

# How many incidents an hour has, in UTC: Europe is at work from 7, the Americas until 22.
_WORKDAY = (2, 5, 5, 3, 2, 2, 3, 5, 8, 9, 9, 8, 8, 10, 11, 11, 10, 8, 7, 6, 5, 4, 3, 2)
_RELEASE = (1, 3, 3, 2, 1, 1, 2, 3, 5, 6, 6, 6, 8, 20, 26, 20, 12, 8, 6, 5, 4, 3, 2, 2)
_WEEKEND = (3, 6, 6, 4, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 3, 3, 3)

_SIZE = 3
"""Incidents of a group."""
_FLAPS, _OUTAGES = 12, 2
"""How many groups in a hundred flap, or are an outage; the others have nothing in common."""
_GAPS = {True: 7 * 60, False: 100}
"""Seconds between two of a group: between two flaps, or two that notice an outage."""


class Group(Enum):
    """Why incidents come together."""

    NONE = 0
    FLAPPING = 1
    OUTAGE = 2


class Place(NamedTuple):
    """Where an incident stands in its group."""

    group: Group
    first: int
    """Number of the first incident of the group."""
    position: int
    """Place of this one, from 0."""


def _shares(hours: tuple[int, ...]) -> tuple[float, ...]:
    """Return which share of a day's incidents there is before each hour, and at its end."""
    total = sum(hours)
    return tuple(each / total for each in accumulate(hours, initial=0))


_BY_DAY = tuple(
    _shares(_WEEKEND if day >= WEEKEND else _RELEASE if day == RELEASE_DAY else _WORKDAY)
    for day in range(7)
)


def weekday(day: int) -> int:
    """Return the day of the week, Monday is 0, of a day since 1970."""
    return (day + _MONDAY) % 7


class CompanyTimes(IncidentTimes):
    """The flow of new incidents of the profile `company`."""

    week = (1.1, 1.75, 1.25, 1.15, 0.95, 0.4, 0.4)
    # Together less than a weekend day has.
    wobble = 0.15
    drift = 1.5

    def _drift(self, weeks: int, weekday: int) -> float:
        now, then = (hash_of(self._seed, week, 6) % 1000 / 1000 for week in (weeks, weeks + 1))
        return self.drift * (now + (then - now) * weekday / 7)

    def place(self, number: int) -> Place:
        """Return where an incident stands in its group."""
        day = self.day_of(number)
        first = self.before_day(day)
        return self._place(number - first, self.before_day(day + 1) - first, number, day)

    def _place(self, index: int, count: int, number: int, day: int) -> Place:
        start = index // _SIZE * _SIZE
        if start + _SIZE > count:
            return Place(Group.NONE, number, 0)
        chance = hash_of(self._seed, day, start, 5) % 100
        at_work = weekday(day) < WEEKEND
        if chance < _FLAPS:
            return Place(Group.FLAPPING, number - index + start, index - start)
        if chance < _FLAPS + _OUTAGES and at_work:
            return Place(Group.OUTAGE, number - index + start, index - start)
        return Place(Group.NONE, number, 0)

    def created_at(self, number: int) -> int:
        """Return when an incident was created."""
        day = self.day_of(number)
        first = self.before_day(day)
        count = self.before_day(day + 1) - first
        return day * DAY + self._moment(number - first, count, number, day)

    def before(self, moment: int) -> int:
        """Count the incidents created before a moment."""
        day, second = divmod(moment, DAY)
        first = self.before_day(day)
        count = self.before_day(day + 1) - first
        shares = _BY_DAY[weekday(day)]
        hour, rest = divmod(second, _HOUR)
        share = shares[hour] + (shares[hour + 1] - shares[hour]) * rest / _HOUR
        # Those of a group may come late, but not later than the group may last.
        index = max(0, int(share * count) - _SIZE)
        while index < count and self._moment(index, count, first + index, day) < second:
            index += 1
        return first + index

    def moments(self, day: int, start: int) -> list[tuple[int, int]]:
        """List (serial, created_at) of a day's incidents, from serial `start` on."""
        first, end = self.before_day(day), self.before_day(day + 1)
        return [
            (number, day * DAY + self._moment(number - first, end - first, number, day))
            for number in range(max(first, start), end)
        ]

    def _moment(self, index: int, count: int, number: int, day: int) -> int:
        """Return the second of the day at which an incident begins: in order, by the hours."""
        place = self._place(index, count, number, day)
        shares = _BY_DAY[weekday(day)]
        chance = hash_of(self._seed, place.first) % 1000 / 1000
        start = self._second_at(shares, (index - place.position + chance) / count)
        if place.position == 0:
            return start
        # As far as it goes before the first one that does not belong to the group.
        end = self._second_at(shares, (index - place.position + _SIZE) / count)
        gap = min(_GAPS[place.group is Group.FLAPPING], (end - start) // _SIZE)
        return start + gap * place.position

    @staticmethod
    def _second_at(shares: tuple[float, ...], share: float) -> int:
        hour = min(23, bisect_right(shares, share) - 1)
        part = (share - shares[hour]) / (shares[hour + 1] - shares[hour])
        return min(DAY - 1, int((hour + part) * _HOUR))
