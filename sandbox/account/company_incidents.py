"""The incidents of a plausible company: what breaks when, and how its people act on it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import exp
from typing import TYPE_CHECKING, Any

from sandbox.account.company_times import RELEASE_DAY, WEEKEND, CompanyTimes, Group, Place, weekday
from sandbox.account.incident_generator import IncidentGenerator
from sandbox.account.incident_scenarios import Scenario
from sandbox.account.incident_state import Event, Facts
from sandbox.values.company_names import (
    DATA,
    NOTES,
    OUTAGES,
    SERVICES,
    STATUS_UPDATES,
    SYMPTOMS,
    Alert,
)
from sandbox.values.seeded_random import SeededRandom, mix
from sandbox.values.timestamps import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.account.company_configuration import CompanyConfiguration
    from sandbox.values.ids import IdKind

_CACHE = 20_000
_MINUTE, _HOUR = 60, 3600
# Hours of the day, in UTC.
_MORNING, _EVENING = 8, 17
_NIGHT = (22, 6)
_RELEASE = range(13, 17)
_LONGEST = 25 * DAY
_BY_PAGERDUTY = frozenset(
    {"trigger", "auto_resolve", "unacknowledge", "escalate", "exhaust", "reopen"}
)


class _Odds:
    """Chooses a place with a probability of its own."""

    def __init__(self, odds: Iterable[int]) -> None:
        self._sums = list(accumulate(odds))

    def pick(self, random: SeededRandom) -> int:
        return bisect_right(self._sums, random.below(self._sums[-1]))


_SERVICES = tuple(_Odds(each.odds[kind] for each in SERVICES) for kind in range(4))
_FLAPPING = tuple(
    _Odds(each.odds[kind] * (each.flapping >= 0) for each in SERVICES) for kind in range(4)
)
_ALERTS = tuple(_Odds(alert.odds for alert in each.alerts) for each in SERVICES)
_DAY, _AFTER_RELEASE, _AT_NIGHT, _AT_WEEKEND = range(4)


class CompanyIncidents(IncidentGenerator):
    """The incidents of the profile `company`."""

    later = ()
    spill_days = _LONGEST // DAY + 3

    def __init__(
        self, seed: int, times: CompanyTimes, configuration: CompanyConfiguration, ids: IdKind
    ) -> None:
        """Take what the incidents are made of."""
        super().__init__(seed, 1, times, configuration, ids)
        self._times = times
        self._company = configuration
        self._courses: dict[int, Scenario] = {}
        services = configuration.ids["services"]
        self._teams = {own: each.team for own, each in zip(services, SERVICES, strict=True)}

    def stays_open(self, serial: int) -> bool:
        """Return that somebody resolves each incident in the end."""
        del serial
        return False

    def staying_open(self, first: int, end: int) -> range:
        """List no incident: none stays open for good."""
        del first, end
        return range(0)

    def steps(self, serial: int) -> tuple[Scenario, int]:
        """Return the course of an incident, at its own pace."""
        known = self._courses.get(serial)
        if known is None:
            if len(self._courses) > _CACHE:
                self._courses.clear()
            known = self._courses[serial] = self._make_course(serial)
        return known, 256

    # -- what it is --------------------------------------------------------------------------------

    def _make_facts(self, serial: int) -> Facts:
        random = SeededRandom(self._seed, serial, 7)
        created, place = self._times.created_at(serial), self._times.place(serial)
        service, alert = self._cause(random, created, place)
        team = SERVICES[service].team
        oddities = random.bits()
        configuration = self._company
        return Facts(
            serial=serial,
            id=self._ids.encode(serial),
            number=serial + 1,
            created_at=created,
            title=alert.title,
            service=configuration.ids["services"][service],
            policy=configuration.policy_of_service(service),
            teams=configuration.teams_of_service(service),
            urgency=alert.urgency,
            key=f"{random.bits():012x}{random.bits():012x}",
            priority=configuration.ids["priorities"][alert.priority],
            assignee=configuration.on_call(team, 1, created),
            alerts=1 + random.below(3) * random.below(2),
            oddities=oddities,
        )

    def _cause(self, random: SeededRandom, created: int, place: Place) -> tuple[int, Alert]:
        """Return the service that fails, and how its monitoring puts it."""
        kind = _kind_of_hours(created)
        if place.group is Group.OUTAGE:
            shared = SeededRandom(self._seed, place.first, 8)
            service, title = shared.pick(OUTAGES)
            if place.position:
                others = shared.some([each for each in SYMPTOMS if each != service], 2)
                service = others[place.position - 1]
                alert = next(each for each in SERVICES[service].alerts if each.urgency == "high")
                return service, alert
            return service, Alert(title, "high", 0, 1)
        if place.group is Group.FLAPPING:
            service = _FLAPPING[kind].pick(SeededRandom(self._seed, place.first, 9))
            return service, SERVICES[service].alerts[SERVICES[service].flapping]
        service = _SERVICES[kind].pick(random)
        return service, SERVICES[service].alerts[_ALERTS[service].pick(random)]

    # -- what happens to it ------------------------------------------------------------------------

    def _make_course(self, serial: int) -> Scenario:
        facts, place = self.facts(serial), self._times.place(serial)
        random = SeededRandom(self._seed, serial, 11)
        if place.group is Group.OUTAGE:
            steps = self._outage(random, place)
        elif facts.urgency == "low":
            steps = _chore(random, facts.created_at)
        else:
            recovers = 85 if place.group is Group.FLAPPING else _recovers(facts.title)
            at_night = _kind_of_hours(facts.created_at) == _AT_NIGHT
            steps = _page(random, recovers=recovers, at_night=at_night)
        steps.sort(key=lambda each: each[0])
        offsets, actions = zip(*steps, strict=True)
        return Scenario(actions, offsets)

    def _outage(self, random: SeededRandom, place: Place) -> list[tuple[int, str]]:
        if place.position:
            return [(0, "trigger"), (3, "notify"), (self._merged_after(place), "merge")]
        created = self._times.created_at(place.first)
        links = [
            self._times.created_at(place.first + position)
            + self._merged_after(place._replace(position=position))
            - created
            for position in (1, 2)
        ]
        found = max(links) + _about(random, 25 * _MINUTE, 0.4)
        return [
            (0, "trigger"),
            (3, "notify"),
            (40 + random.below(60), "acknowledge"),
            (180 + random.below(90), "responder"),
            *((each, "link") for each in links),
            (400 + random.below(200), "status_update"),
            (found, "annotate"),
            (found + 300, "status_update"),
            (found + 300 + _about(random, 30 * _MINUTE, 0.5), "resolve"),
        ]

    def _merged_after(self, place: Place) -> int:
        """Return after how many seconds one that is part of an outage is merged."""
        return 240 + SeededRandom(self._seed, place.first, place.position, 12).below(400)

    def _event(self, facts: Facts, place: int, at: int, action: str) -> Event:
        before = self.steps(facts.serial)[0].actions[:place]
        escalated = "escalate" in before
        team = self._teams[facts.service]
        responder = self._company.on_call(team, 2 if escalated else 1, at)
        chance = mix(facts.oddities + place)
        value: Any = None
        if action in {"escalate", "responder"}:
            value = self._company.on_call(team, 2, at)
        elif action == "annotate":
            value = NOTES[-1] if team == DATA and chance & 1 else NOTES[chance % (len(NOTES) - 1)]
        elif action == "status_update":
            value = STATUS_UPDATES[min(before.count("status_update") * 2, 2)]
        elif action == "snooze":
            value = DAY
        elif action == "custom_field":
            value = ("impacted_region", ("eu", "us")[chance % 2], None)
        elif action == "merge":
            value = self._times.place(facts.serial).first
        elif action == "link":
            value = facts.serial + 1 + before.count("link")
        return Event(at, action, None if action in _BY_PAGERDUTY else responder, value)


_RECOVERS = {alert.title: alert.recovers for each in SERVICES for alert in each.alerts}


def _recovers(title: str) -> int:
    return _RECOVERS.get(title, 0)


def _page(random: SeededRandom, *, recovers: int, at_night: bool) -> list[tuple[int, str]]:
    """Return what happens to what wakes people up: seconds, actions."""
    steps = [(0, "trigger"), (3, "notify")]
    at = _about(random, 330 if at_night else 150, 0.6)
    if random.below(100) < recovers:
        over = _about(random, 6 * _MINUTE, 0.5)
        if at < over:
            steps.append((at, "acknowledge"))
        return [*steps, (over, "auto_resolve")]
    if random.below(100) < (20 if at_night else 9):
        steps += [(900, "escalate"), (903, "notify")]
        at += 903
        if random.one_in(6):
            steps += [(2103, "exhaust")]
            at = 2103 + _about(random, 900, 0.5)
    steps.append((at, "acknowledge"))
    if random.below(10) < 5:  # noqa: PLR2004
        steps.append((at + _about(random, 8 * _MINUTE, 0.5), "annotate"))
    if random.one_in(10):
        steps.append((at + 60, "custom_field"))
    at = max(at + _about(random, 28 * _MINUTE, 0.8), steps[-1][0] + 60)
    steps.append((at, "resolve"))
    if random.one_in(50):
        again = at + _about(random, 40 * _MINUTE, 0.6)
        steps += [
            (again, "reopen"),
            (again + 3, "notify"),
            (again + 150 + random.below(200), "acknowledge"),
            (again + _about(random, 50 * _MINUTE, 0.5) + 400, "resolve"),
        ]
    return steps


def _chore(random: SeededRandom, created: int) -> list[tuple[int, str]]:
    """Return what happens to what can wait for working hours: seconds, actions."""
    steps = [(0, "trigger")]
    notified = _at_work(created) - created
    if random.one_in(6):
        over = _about(random, 50 * _MINUTE, 0.7)
        if notified < over:
            steps.append((notified + 5, "notify"))
        return [*steps, (max(over, 60), "auto_resolve")]
    steps.append((notified + 5, "notify"))
    at = notified + 60 + _about(random, 25 * _MINUTE, 0.8)
    steps.append((at, "acknowledge"))
    if random.one_in(5):
        later = 3 * DAY + random.below(_LONGEST // DAY - 8) * DAY
        steps += [(at + 600, "annotate"), (at + 700, "snooze"), (at + 700 + DAY, "unacknowledge")]
        steps.append((at + 700 + DAY + 2 * _HOUR, "acknowledge"))
        return [*steps, (_at_work(created + later + random.below(8 * _HOUR)) - created, "resolve")]
    if random.one_in(4):
        steps.append((at + 300, "annotate"))
    done = created + at + 400 + _about(random, 100 * _MINUTE, 0.8)
    return [*steps, (_at_work(done) - created + random.below(1200), "resolve")]


def _at_work(moment: int) -> int:
    """Return a moment, or when the next working day begins if nobody is at work then."""
    day, second = divmod(moment, DAY)
    if second >= _EVENING * _HOUR:
        day, second = day + 1, 0
    while weekday(day) >= WEEKEND:
        day, second = day + 1, 0
    return day * DAY + max(second, _MORNING * _HOUR)


def _kind_of_hours(moment: int) -> int:
    day, second = divmod(moment, DAY)
    hour, today = second // _HOUR, weekday(day)
    if hour >= _NIGHT[0] or hour < _NIGHT[1]:
        return _AT_NIGHT
    if today >= WEEKEND:
        return _AT_WEEKEND
    return _AFTER_RELEASE if today == RELEASE_DAY and hour in _RELEASE else _DAY


def _about(random: SeededRandom, median: float, spread: float) -> int:
    """Return a time around a median: most are near it, a few much longer."""
    normal = sum(random.below(1000) for _ in range(4)) / 1000 - 2
    return max(1, int(median * exp(spread * 1.73 * normal)))
