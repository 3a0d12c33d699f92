"""How many incidents there are and when each one began, without listing them.

Incidents are numbered in the order of creation since 1970. Number ↔ moment is a closed form of
the calendar day, so an account with a million incidents costs as little to open as one with ten.
"""

from __future__ import annotations

from math import floor

from sandbox.values.seeded_random import hash_of
from sandbox.values.timestamps import DAY

_THURSDAY = 3  # what 1 January 1970 was
_SUB = 1 << 16


class IncidentTimes:
    """The flow of new incidents: `per_day` on average, fewer at weekends."""

    week: tuple[float, ...] = (1.2, 1.2, 1.15, 1.15, 1.1, 0.6, 0.6)
    """Monday to Sunday, compared with an average day."""
    wobble = 0.5
    """By how much a day differs from its like; less than the least day of the week has."""

    def __init__(self, seed: int, per_day: float) -> None:
        """Make the flow that belongs to the seed."""
        self._before = tuple(sum(self.week[:day]) for day in range(8))
        self._seed = hash_of(seed, 0x701)
        self._per_day = per_day
        self._known: dict[int, int] = {}

    def before_day(self, day: int) -> int:
        """Count the incidents created before a day (days since 1970) = the number of its first."""
        known = self._known.get(day)
        if known is None:
            weeks, weekday = divmod(day + _THURSDAY, 7)
            wobble = hash_of(self._seed, day) % 1000 / 1000
            start = self._before[weekday] - self._before[_THURSDAY]
            weight = weeks * 7 + start + wobble * self.wobble + self._drift(weeks, weekday)
            known = self._known[day] = floor(self._per_day * weight)
        return known

    def _drift(self, weeks: int, weekday: int) -> float:
        """Return by how many average days' incidents weeks are ahead of their like."""
        del weeks, weekday
        return 0.0

    def created_at(self, number: int) -> int:
        """Return when an incident was created."""
        day = self.day_of(number)
        first = self.before_day(day)
        return day * DAY + self._second(number - first, self.before_day(day + 1) - first, number)

    def day_of(self, number: int) -> int:
        """Return the day on which an incident was created."""
        day = int(number / self._per_day)
        while self.before_day(day) > number:
            day -= 1
        while self.before_day(day + 1) <= number:
            day += 1
        return day

    def before(self, moment: int) -> int:
        """Count the incidents created before a moment = the number of the first one since."""
        day, second = divmod(moment, DAY)
        first = self.before_day(day)
        count = self.before_day(day + 1) - first
        index = max(0, second * count // DAY - 1)
        while index < count and self._second(index, count, first + index) < second:
            index += 1
        return first + index

    def _second(self, index: int, count: int, number: int) -> int:
        """Place the index-th of `count` incidents somewhere in its share of the day."""
        return (index * _SUB + hash_of(self._seed, number) % _SUB) * DAY // (count * _SUB)

    def moments(self, day: int, start: int) -> list[tuple[int, int]]:
        """List (serial, created_at) of a day's incidents, from serial `start` on."""
        first, end = self.before_day(day), self.before_day(day + 1)
        count, midnight, seed = end - first, day * DAY, self._seed
        return [
            (
                number,
                midnight
                + ((number - first) * _SUB + hash_of(seed, number) % _SUB) * DAY // (count * _SUB),
            )
            for number in range(max(first, start), end)
        ]
