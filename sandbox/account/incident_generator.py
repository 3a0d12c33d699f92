"""Generates incidents: each one's facts and events, on demand, from its serial number.

Nothing is stored here but a cache, so the size of the account does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.incident_scenarios import (
    CLOSED,
    LATE_CHANGES,
    LATER,
    OPEN,
    PACES,
    SPILL_DAYS,
    Scenario,
)
from sandbox.account.incident_state import Event, Facts
from sandbox.values import example_names
from sandbox.values.seeded_random import SeededRandom, hash_of, mix
from sandbox.values.timestamps import DAY

if TYPE_CHECKING:
    from sandbox.account.incident_times import IncidentTimes
    from sandbox.account.initial_configuration import InitialConfiguration
    from sandbox.values.ids import IdKind

_SMALL = 31
_LARGE = 997
_CACHE = 5_000

_BY_ITSELF = {
    "trigger",
    "auto_resolve",
    "unacknowledge",
    "repeat",
    "exhaust",
    "ack_limit",
    "trigger_limit",
    "rule",
    "reopen",
}
"""What no user does."""


class IncidentGenerator:
    """The incidents that the account has unless a test creates others."""

    later: tuple[int, ...] = LATER
    """Days after which the first incident of a day changes once more."""
    spill_days = SPILL_DAYS
    """On how many days after its own an incident's scenario may still go on."""

    def __init__(
        self,
        seed: int,
        incidents: int,
        incident_times: IncidentTimes,
        initial_configuration: InitialConfiguration,
        ids: IdKind,
    ) -> None:
        """Take what the incidents are made of; `incidents` is how many there are at the start."""
        self._seed = hash_of(seed, 0xC4)
        self._incident_times = incident_times
        self._initial_configuration = initial_configuration
        self._ids = ids
        self._responders = initial_configuration.responders()
        self._facts: dict[int, Facts] = {}
        self._events: dict[int, list[Event]] = {}
        self.open_every = max(_SMALL, min(_LARGE, incidents // 400))
        self._open_rest = hash_of(self._seed, 1) % self.open_every

    def stays_open(self, serial: int) -> bool:
        """Return whether nobody ever resolves this incident (unless a late change does)."""
        return serial % self.open_every == self._open_rest

    def staying_open(self, first: int, end: int) -> range:
        """List the serials of first … end - 1 that stay open."""
        return range(first + (self._open_rest - first) % self.open_every, end, self.open_every)

    def steps(self, serial: int) -> tuple[Scenario, int]:
        """Return the scenario of an incident and its pace."""
        chance = hash_of(self._seed, serial)
        scenarios = OPEN if self.stays_open(serial) else CLOSED
        return scenarios[chance % len(scenarios)], PACES[(chance >> 32) % len(PACES)]

    def facts(self, serial: int) -> Facts:
        """Make what an incident is from the start."""
        known = self._facts.get(serial)
        if known is None:
            if len(self._facts) > _CACHE:
                self._facts.clear()
            known = self._facts[serial] = self._make_facts(serial)
        return known

    def events(self, serial: int) -> list[Event]:
        """Generate all events of an incident that no test changes, the future included."""
        known = self._events.get(serial)
        if known is None:
            if len(self._events) > _CACHE:
                self._events.clear()
            known = self._events[serial] = self._make_events(serial)
        return known

    def _make_events(self, serial: int) -> list[Event]:
        facts = self.facts(serial)
        scenario, pace = self.steps(serial)
        events = [
            self._event(facts, place, facts.created_at + offset * pace // 256, action)
            for place, (action, offset) in enumerate(
                zip(scenario.actions, scenario.offsets, strict=True)
            )
        ]
        events.extend(self.late_events(serial, len(events)))
        return events

    def late_events(self, serial: int, place: int) -> list[Event]:
        """Make what happens to the first incident of a day long afterwards (others: nothing).

        `place` is the number of events that the scenario itself has.
        """
        day = self._incident_times.day_of(serial)
        if self._incident_times.before_day(day) != serial:
            return []
        facts = self.facts(serial)
        is_open = self.stays_open(serial)
        events: list[Event] = []
        for later in self.later:
            random = SeededRandom(self._seed, serial, later)
            at = (day + later) * DAY + random.below(DAY - 60)
            actions = ("resolve",) if is_open else random.pick(LATE_CHANGES)
            for step, action in enumerate(actions):
                events.append(self._event(facts, place + len(events), at + 30 * step, action))
            is_open = actions[-1] == "notify"
        return events

    def _event(self, facts: Facts, place: int, at: int, action: str) -> Event:
        chance = mix(facts.oddities + place)
        responders = self._responders
        actor = None if action in _BY_ITSELF else responders[chance % len(responders)]
        value: Any = None
        other = responders[(chance >> 20) % len(responders)]
        if action in {"assign", "escalate", "delegate", "responder"}:
            value = other
        elif action == "annotate":
            value = example_names.NOTES[(chance >> 20) % len(example_names.NOTES)]
        elif action == "snooze":
            value = 14_400
        elif action == "priority":
            new = self._initial_configuration.ids["priorities"][
                (chance >> 20) % len(example_names.PRIORITIES)
            ]
            value = (facts.priority, new)
        elif action == "urgency":
            value = "low" if facts.urgency == "high" else "high"
        elif action in {"field", "custom_field"}:
            value = ("impacted_region", ["eu", "us", None][(chance >> 20) % 3], None)
        elif action == "status_update":
            value = example_names.STATUS_UPDATES[(chance >> 20) % len(example_names.STATUS_UPDATES)]
        elif action in {"merge", "link"}:
            value = facts.serial - 1
        return Event(at, action, actor, value)

    def _make_facts(self, serial: int) -> Facts:
        random = SeededRandom(self._seed, serial, 7)
        ids = self._initial_configuration.ids
        place = random.below(len(example_names.SERVICES) * 8) // 8
        title = random.pick(example_names.TITLES)
        host = random.pick(example_names.HOSTS)
        title = title.replace("{host}", host).replace("{service}", example_names.SERVICES[place][0])
        if random.one_in(97):
            title = f"{title} {example_names.LONG_PARAGRAPH}"
        oddities = random.bits()
        key: str | None = f"{random.bits():016x}{random.bits():016x}"
        if oddities % 5 == 0:
            key = None
        elif oddities % 5 == 1:
            key = f'{host}/"check" #{serial} \\ \\u0000 ü'
        return Facts(
            serial=serial,
            id=self._ids.encode(serial),
            number=serial + 1,
            created_at=self._incident_times.created_at(serial),
            title=title,
            service=ids["services"][place],
            policy=self._initial_configuration.policy_of_service(place),
            teams=self._initial_configuration.teams_of_service(place),
            urgency="high" if random.below(3) else "low",
            key=key,
            priority=None if random.below(2) else random.pick(ids["priorities"]),
            assignee=random.pick(self._responders),
            alerts=0 if oddities % 5 == 0 else 1 + random.below(4),
            oddities=oddities,
        )
