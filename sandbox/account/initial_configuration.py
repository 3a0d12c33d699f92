"""The configuration that the account starts with: people, teams, services, schedules and so on.

Each function gives the records of one kind as dicts. A reference to another record, a
moment, a part with an id of its own and a field that must be asked for are placeholders
(`configuration.py` renders them), so that a rename or a deletion shows wherever the record is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import API, KINDS, At, Extra, Part, Ref
from sandbox.values import example_names
from sandbox.values.ids import short_id
from sandbox.values.seeded_random import SeededRandom, hash_of
from sandbox.values.timestamps import DAY

if TYPE_CHECKING:
    from sandbox.values.json_types import Record

ACCOUNT_CREATED = 1_514_764_800  # 1 January 2018: long before any incident that is shown
_WEEK = 7 * DAY

# Kinds whose last record(s) were deleted long ago but are still referred to.
DELETED = {"users": 2, "services": 1}

# What contact methods have besides a label and an address.
_CONTACT_EXTRAS: dict[str, Record] = {
    "email_contact_method": {"send_short_email": False, "send_html_email": True},
    "phone_contact_method": {"country_code": 1, "enabled": True, "blacklisted": False},
    "push_notification_contact_method": {
        "device_type": "android",
        "sounds": [{"type": "alert_high_urgency", "file": "default"}],
        "created_at": At(ACCOUNT_CREATED + DAY),
    },
}


class InitialConfiguration:
    """Makes the records; `ids[kind]` are their ids in the order of making."""

    names = example_names.HOSTILE

    def __init__(self, seed: int, subdomain: str) -> None:
        """Choose the ids first, so that records can refer to each other in any direction."""
        self._seed = hash_of(seed, 0xF0)
        self._subdomain = subdomain
        counts = {
            "users": len(self.names.users),
            "teams": len(self.names.teams),
            "services": len(self.names.services),
            "escalation_policies": len(self.names.policies),
            "schedules": len(self.names.schedules),
            "priorities": len(self.names.priorities),
            "vendors": len(self.names.vendors),
            "tags": len(self.names.tags),
            "business_services": len(self.names.business_services),
        }
        self.ids = {
            kind: [short_id(self._seed, place, index) for index in range(counts[kind])]
            for place, kind in enumerate(KINDS)
        }

    def records(self) -> dict[str, list[Record]]:
        """Make all records of all kinds."""
        return {
            kind: [getattr(self, f"_{kind}")(index) for index in range(len(self.ids[kind]))]
            for kind in KINDS
        }

    def policy_of_service(self, index: int) -> str:
        """Give the id of the escalation policy of a service."""
        return self.ids["escalation_policies"][index % len(self.names.policies)]

    def teams_of_service(self, index: int) -> list[str]:
        """Give the ids of the teams of a service: none, one or two."""
        teams = self.ids["teams"]
        return [teams[(index + step) % len(teams)] for step in range((1, 1, 0, 2)[index % 4])]

    def responders(self) -> list[str]:
        """Give the ids of the users who respond to incidents (the deleted ones among them)."""
        return self.ids["users"][:18] + self.ids["users"][-DELETED["users"] :]

    def _random(self, kind: int, index: int) -> SeededRandom:
        return SeededRandom(self._seed, 0xD0 + kind, index)

    def _part_id(self, *key: int) -> str:
        return short_id(self._seed, 0x9A27, *key)

    def _users(self, index: int) -> Record:
        name, title, zone = self.names.users[index]
        random = self._random(0, index)
        own = self.ids["users"][index]
        login = f"user{index:02d}" if not name.isascii() else name.lower().replace(" ", ".")
        email = f"{login.replace(chr(34), '')}@example.com"
        token = f"{hash_of(self._seed, 0xCA1, index):016X}"
        url = f"{API}/users/{own}/contact_methods"
        methods = [("email_contact_method", "Default", email)]
        methods += [("phone_contact_method", "Mobile", phone(own))] * random.below(2)
        methods += [("push_notification_contact_method", "Phone app", token)] * random.below(2)
        return {
            "id": own,
            "type": "user",
            "summary": name,
            "name": name,
            "email": email,
            "time_zone": zone,
            "color": example_names.COLORS[index % len(example_names.COLORS)],
            "role": example_names.ROLES[index % len(example_names.ROLES)],
            "avatar_url": f"https://secure.gravatar.com/avatar/{token.lower()}.png?d=mm&r=PG",
            "description": None if random.below(2) else f'{name.split()[0]} \\o/ "always on"',
            "invitation_sent": index % 9 == 3,  # noqa: PLR2004
            "job_title": title,
            "created_via_sso": index % 4 == 0,
            "teams": [
                Ref("teams", each) for each in random.some(self.ids["teams"], random.below(3))
            ],
            "contact_methods": [
                Part(
                    "contact_methods",
                    {
                        "id": self._part_id(1, index, place),
                        "type": kind,
                        "summary": label,
                        "self": f"users/{own}/contact_methods",
                        "html_url": None,
                        "label": label,
                        "address": address,
                        **_CONTACT_EXTRAS[kind],
                    },
                )
                for place, (kind, label, address) in enumerate(methods)
            ],
            "notification_rules": [
                Part(
                    "notification_rules",
                    {
                        "id": self._part_id(2, index, minutes),
                        "type": "assignment_notification_rule",
                        "summary": f"{minutes} minutes: channel {self._part_id(1, index, 0)}",
                        "self": f"users/{own}/notification_rules",
                        "html_url": None,
                        "start_delay_in_minutes": minutes,
                        "contact_method": {
                            "id": self._part_id(1, index, 0),
                            "type": "email_contact_method_reference",
                            "summary": "Default",
                            "self": f"{url}/{self._part_id(1, index, 0)}",
                            "html_url": None,
                        },
                        "urgency": "high",
                    },
                )
                for minutes in (0, 5)
            ],
            "subdomains": Extra("subdomains", [self._subdomain]),
            "http_cal_url": Extra("calendar_urls", f"https://webcal.example.com/{token}/feed"),
            "web_cal_url": Extra("calendar_urls", f"webcal://webcal.example.com/{token}/feed"),
            # seen on real accounts, not in the documentation
            **({"billed": True} if index % 3 == 0 else {}),
            **({"coordinated_incidents": []} if index % 5 == 0 else {}),
        }

    def _teams(self, index: int) -> Record:
        name, description = self.names.teams[index]
        return {
            "id": self.ids["teams"][index],
            "type": "team",
            "summary": name,
            "name": name,
            "description": description,
            "default_role": "none" if index == len(self.names.teams) - 1 else "manager",
            "parent": None,
        }

    def _services(self, index: int) -> Record:
        name, description = self.names.services[index]
        random = self._random(2, index)
        own = self.ids["services"][index]
        support = index % 3 == 1
        urgency = random.pick(("high", "high", "low", "severity_based"))
        rule: Record = {"type": "constant", "urgency": urgency}
        if support:
            rule = {
                "type": "use_support_hours",
                "during_support_hours": {"type": "constant", "urgency": "high"},
                "outside_support_hours": {"type": "constant", "urgency": "low"},
            }
        grouping = random.pick(("intelligent", "time", "content_based", None))
        minutes = random.pick((0, 5, 60))
        configs: dict[str, Record] = {
            "time": {"timeout": minutes},
            "intelligent": {"time_window": 300, "recommended_time_window": 600},
            "content_based": {"aggregate": "all", "fields": ["source"], "time_window": 3600},
        }
        config = configs.get(str(grouping))
        return {
            "id": own,
            "type": "service",
            "summary": name,
            "name": name,
            "description": description,
            "created_at": At(ACCOUNT_CREATED + random.below(300 * DAY)),
            "status": ("active", "active", "active", "maintenance", "disabled")[index % 5],
            "auto_resolve_timeout": random.pick((None, 14_400)),
            "acknowledgement_timeout": random.pick((None, 600, 1_800)),
            "last_incident_timestamp": None,
            "escalation_policy": Ref("escalation_policies", self.policy_of_service(index)),
            "response_play": None,
            "teams": [Ref("teams", each) for each in self.teams_of_service(index)],
            "integrations": [
                Part("integrations", self._integration(own, index, place))
                for place in range(random.below(3))
            ],
            "incident_urgency_rule": rule,
            "support_hours": {
                "type": "fixed_time_per_day",
                "time_zone": "America/Lima",
                "start_time": "09:00:00",
                "end_time": "17:00:00",
                "days_of_week": [1, 2, 3, 4, 5],
            }
            if support
            else None,
            "scheduled_actions": [
                {
                    "type": "urgency_change",
                    "at": {"type": "named_time", "name": "support_hours_start"},
                    "to_urgency": "high",
                }
            ]
            if support
            else [],
            "addons": [],
            "alert_creation": random.pick(("create_alerts_and_incidents", "create_incidents")),
            "alert_grouping": None if grouping == "content_based" else grouping,
            "alert_grouping_timeout": minutes if grouping == "time" else None,
            "alert_grouping_parameters": {
                "type": grouping,
                "config": config,
            },
            "auto_pause_notifications_parameters": Extra(
                "auto_pause_notifications_parameters",
                {"enabled": support, "timeout": 300 if support else 0, "recommended_timeout": 180},
            ),
            **({"incident_policy": None} if index % 4 == 0 else {}),  # undocumented
        }

    def _integration(self, service: str, index: int, place: int) -> Record:
        kind = example_names.INTEGRATIONS[(index + place) % len(example_names.INTEGRATIONS)]
        vendor = self.ids["vendors"][(index * 7 + place) % len(self.names.vendors)]
        path = f"services/{service}/integrations"
        own = self._part_id(3, index, place)
        return {
            "id": own,
            "type": kind,
            "summary": kind.replace("_", " ").title(),
            "self": path,
            "html_url": path,
            "name": kind.replace("_", " ").title(),
            "service": Ref("services", service),
            "created_at": At(ACCOUNT_CREATED + 300 * DAY + index * DAY),
            "vendor": Ref("vendors", vendor) if place else None,
            "integration_key": f"{hash_of(self._seed, index, place):032x}",
        }

    def _escalation_policies(self, index: int) -> Record:
        name = self.names.policies[index]
        users, schedules = self.responders(), self.ids["schedules"]
        schedule = Ref("schedules", schedules[index % len(schedules)], "targets")
        first = users[(index * 3) % 18]  # the same person on two levels, as on real accounts
        levels = [
            [schedule],
            [Ref("users", first, "targets"), Ref("users", users[(index * 3 + 1) % 18], "targets")],
            [Ref("users", first, "targets")],
        ]
        return {
            "id": self.ids["escalation_policies"][index],
            "type": "escalation_policy",
            "summary": name,
            "name": name,
            "description": None if index % 2 else f"{name}: who is called, and when",
            "num_loops": index % 4,
            "on_call_handoff_notifications": "always" if index % 3 == 0 else "if_has_services",
            "escalation_rules": [
                {
                    "id": self._part_id(4, index, level),
                    "escalation_delay_in_minutes": (30, 15, 60)[level],
                    "targets": targets,
                    "escalation_rule_assignment_strategy": Extra(
                        "escalation_rule_assignment_strategies",
                        "round_robin" if index % 5 == 4 else "assign_to_everyone",  # noqa: PLR2004
                    ),
                }
                for level, targets in enumerate(levels[: 2 + index % 2])
            ],
            "services": [
                Ref("services", service)
                for place, service in enumerate(self.ids["services"][: -DELETED["services"]])
                if self.policy_of_service(place) == self.ids["escalation_policies"][index]
            ],
            "teams": [Ref("teams", self.ids["teams"][index % 6])] if index % 3 else [],
            **({"privilege": None} if index % 2 else {}),  # undocumented
        }

    def _schedules(self, index: int) -> Record:
        name, description, zone = self.names.schedules[index]
        users = self.ids["users"][index * 3 : index * 3 + 4]
        turn = _WEEK if index % 2 else DAY
        start = ACCOUNT_CREATED + (20 + 7 * index) * 3600
        layers = [self._layer(index, 1, start, turn, users[:3], [])]
        if index % 2 == 0:
            hours = {"start_time_of_day": "08:00:00", "duration_seconds": 32_400}
            daily: list[Record] = [{"type": "daily_restriction", **hours}]
            weekly: list[Record] = [
                {"type": "weekly_restriction", "start_day_of_week": day, **hours}
                for day in range(1, 6)
            ]
            restrictions = weekly if index % 4 == 0 and index else daily
            layers.append(self._layer(index, 2, start, DAY, users[1:], restrictions))
        policies = [
            each
            for place, each in enumerate(self.ids["escalation_policies"])
            if place % len(self.names.schedules) == index
        ]
        return {
            "id": self.ids["schedules"][index],
            "type": "schedule",
            "summary": name,
            "name": name,
            "description": description,
            "time_zone": zone,
            "schedule_layers": Extra("schedule_layers", layers),
            "escalation_policies": [Ref("escalation_policies", each) for each in policies],
            "users": [Ref("users", each) for each in users],
            "teams": [Ref("teams", self.ids["teams"][index])] if index % 2 else [],
        }

    def _layer(  # noqa: PLR0913, PLR0917
        self,
        index: int,
        number: int,
        start: int,
        turn: int,
        users: list[str],
        restrictions: list[dict[str, Any]],
    ) -> Record:
        return {
            "id": self._part_id(5, index, number),
            "name": f"Layer {number}" if number > 1 else "Night Shift",
            "start": At(start),
            "end": None,
            "rotation_virtual_start": At(start - turn),
            "rotation_turn_length_seconds": turn,
            "users": [{"user": Ref("users", each)} for each in users],
            "restrictions": restrictions,
        }

    def _priorities(self, index: int) -> Record:
        name, description = self.names.priorities[index]
        return {
            "id": self.ids["priorities"][index],
            "type": "priority",
            "summary": name,
            "name": name,
            "description": description,
        }

    def _vendors(self, index: int) -> Record:
        name = self.names.vendors[index].strip()
        slug = "".join(each for each in name.lower() if each.isalnum())
        logo = f"https://logos.example.com/{slug}"
        bare_reference = index % 7 == 3  # noqa: PLR2004
        return {
            "id": self.ids["vendors"][index],
            "type": "vendor",
            "summary": name,
            "name": name,
            "website_url": None if bare_reference else f"https://{slug}.example.com/",
            "logo_url": None if bare_reference else f"{logo}_large.png",
            "thumbnail_url": None if bare_reference else f"{logo}_thumb.png",
            "description": None
            if index % 5 == 0
            else f"{name} watches things and tells PagerDuty.",
            "integration_guide_url": None
            if bare_reference
            else f"https://guides.example.com/{slug}/",
        }

    def _tags(self, index: int) -> Record:
        label = self.names.tags[index]
        return {"id": self.ids["tags"][index], "type": "tag", "summary": label, "label": label}

    def _business_services(self, index: int) -> Record:
        name, description, contact = self.names.business_services[index]
        team = self.ids["teams"][index % len(self.names.teams)]
        return {
            "id": self.ids["business_services"][index],
            "type": "business_service",
            "summary": name,
            "name": name,
            "description": description,
            "point_of_contact": contact,
            "team": None
            if index % 3 == 2  # noqa: PLR2004
            else {"id": team, "type": "team_reference", "self": Ref.url("teams", team)},
        }


def phone(user: str) -> str:
    """Give the telephone number of a user."""
    return f"+1555{int(user, 36) % 10_000_000:07d}"
