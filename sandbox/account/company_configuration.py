"""The configuration of a plausible company: teams with rotations of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import Ref
from sandbox.account.initial_configuration import (
    ACCOUNT_CREATED,
    DELETED,
    InitialConfiguration,
)
from sandbox.account.on_call import final_shifts
from sandbox.values import company_names
from sandbox.values.company_names import MANAGERS, PEOPLE, SERVICES
from sandbox.values.timestamps import DAY

if TYPE_CHECKING:
    from sandbox.account.on_call import Shift
    from sandbox.values.json_types import Record

_WEEK = 7 * DAY
_MANAGERS_SCHEDULE = 5
_EUROPE = ("Europe/",)
# In UTC, a Monday; at eight or nine in the morning where a schedule is.
_MONDAY = ACCOUNT_CREATED + 7 * DAY
_MORNING = {"Europe/Berlin": 8, "Europe/London": 8, "America/New_York": 14}


class CompanyConfiguration(InitialConfiguration):
    """Makes the records of the profile `company`."""

    names = company_names.COMPANY

    def __init__(self, seed: int, subdomain: str) -> None:
        """Choose the ids."""
        super().__init__(seed, subdomain)
        self._shifts: dict[tuple[int, int], list[Shift]] = {}

    def policy_of_service(self, index: int) -> str:
        """Give the id of the escalation policy of a service: its team's."""
        return self.ids["escalation_policies"][SERVICES[index].team - 1]

    def teams_of_service(self, index: int) -> list[str]:
        """Give the id of the team of a service."""
        return [self.ids["teams"][SERVICES[index].team]]

    def responders(self) -> list[str]:
        """Give the ids of the users who are on call at times."""
        return [
            self.ids["users"][place]
            for place, person in enumerate(PEOPLE[: -DELETED["users"]])
            if person.role != "observer"
        ]

    def on_call(self, team: int, level: int, at: int) -> str:
        """Return who is on call for a team at a moment; the manager where nobody is."""
        schedule = team - 1 if level == 1 else _MANAGERS_SCHEDULE
        week = at // _WEEK
        shifts = self._shifts.get((schedule, week))
        if shifts is None:
            record = self._schedules(schedule)
            shifts = final_shifts(record, week * _WEEK, (week + 1) * _WEEK)
            self._shifts[schedule, week] = shifts
        for shift in shifts:
            if shift.start <= at < shift.end:
                return shift.user
        return self.on_call(team, 2, at)

    def _users(self, index: int) -> Record:
        person = PEOPLE[index]
        teams = self.ids["teams"]
        team = [Ref("teams", teams[person.team])] if person.team else []
        return {
            **super()._users(index),
            "role": person.role,
            "description": None,
            "invitation_sent": False,
            "teams": [Ref("teams", teams[0]), *team],
        }

    def _services(self, index: int) -> Record:
        urgencies = {each.urgency for each in SERVICES[index].alerts} or {"low"}
        urgency = urgencies.pop() if len(urgencies) == 1 else "severity_based"
        return {
            **super()._services(index),
            "status": "active",
            "incident_urgency_rule": {"type": "constant", "urgency": urgency},
            "support_hours": None,
            "scheduled_actions": [],
        }

    def _escalation_policies(self, index: int) -> Record:
        schedules, users = self.ids["schedules"], self.ids["users"]
        levels = (
            (30 if index == len(self.names.policies) - 1 else 15, [schedules[index]], "schedules"),
            (20, [schedules[_MANAGERS_SCHEDULE]], "schedules"),
            (30, [users[0]], "users"),
        )
        record = super()._escalation_policies(index)
        assignment = record["escalation_rules"][0]["escalation_rule_assignment_strategy"]
        return {
            **record,
            "description": f"On-call of {self.names.policies[index]}, then the managers",
            "num_loops": 1,
            "escalation_rules": [
                {
                    "id": self._part_id(4, index, level),
                    "escalation_delay_in_minutes": minutes,
                    "targets": [Ref(kind, each, "targets") for each in targets],
                    "escalation_rule_assignment_strategy": assignment,
                }
                for level, (minutes, targets, kind) in enumerate(levels)
            ],
            "teams": [Ref("teams", self.ids["teams"][index + 1])],
        }

    def _schedules(self, index: int) -> Record:
        record = super()._schedules(index)
        people = self._rotation(index)
        zone = self.names.schedules[index][2]
        start = _MONDAY + _MORNING[zone] * 3600
        layers = [self._layer(index, 1, start, _WEEK, people, [])]
        if index == 0:
            europe = [each for each in people if self._is_european(each)]
            rest = [each for each in people if each not in europe]
            day: dict[str, Any] = {
                "type": "daily_restriction",
                "start_time_of_day": "07:00:00",
                "duration_seconds": 12 * 3600,
            }
            people = [*europe, *rest]
            layers = [
                self._layer(index, 1, start, _WEEK, rest, []),
                self._layer(index, 2, start, _WEEK, europe, [day]),
            ]
        elif index == 4:  # noqa: PLR2004, Support
            week = [
                {
                    "type": "weekly_restriction",
                    "start_day_of_week": day,
                    "start_time_of_day": "08:00:00",
                    "duration_seconds": 10 * 3600,
                }
                for day in range(1, 6)
            ]
            layers = [self._layer(index, 1, start, _WEEK, people, week)]
        for number, layer in enumerate(layers):
            layer["name"] = ("Weekly rotation", "Europe, daytime")[number]
        team = self.ids["teams"][(index + 1) % len(self.names.teams)]
        used = self.ids["escalation_policies"]
        policies = used if index == _MANAGERS_SCHEDULE else [used[index]]
        layer_field = record["schedule_layers"]
        return {
            **record,
            "schedule_layers": layer_field._replace(value=layers),
            "escalation_policies": [Ref("escalation_policies", each) for each in policies],
            "users": [Ref("users", each) for each in people],
            "teams": [Ref("teams", team)],
        }

    def _rotation(self, index: int) -> list[str]:
        """Give the ids of the users of a schedule."""
        users = self.ids["users"]
        if index == _MANAGERS_SCHEDULE:
            return [users[place] for place in MANAGERS]
        return [
            users[place]
            for place, person in enumerate(PEOPLE[: -DELETED["users"]])
            if person.team == index + 1
        ]

    def _is_european(self, user: str) -> bool:
        return PEOPLE[self.ids["users"].index(user)].zone.startswith(_EUROPE)

    def _business_services(self, index: int) -> Record:
        team = self.ids["teams"][(3, 2, 4, 5)[index]]
        reference = {"id": team, "type": "team_reference", "self": Ref.url("teams", team)}
        return {**super()._business_services(index), "team": reference}
