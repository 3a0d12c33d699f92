"""Records that tests add: complete, plain, with references to what is there from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import At, Extra, Ref
from sandbox.account.initial_configuration import ACCOUNT_CREATED, InitialConfiguration

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.values.json_types import Record


def added_record(
    kind: str, own: str, number: int, initial_configuration: InitialConfiguration
) -> Record:
    """Make the number-th record of a kind; `own` is its id."""
    name = f"Added {number:04d}"
    record = {"id": own, "type": "", "summary": name}
    record.update(_MAKERS[kind](name, own, initial_configuration))
    return record


def _user(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del initial_configuration
    return {
        "type": "user",
        "name": name,
        "email": f"{own.lower()}@example.com",
        "time_zone": "Etc/UTC",
        "color": "green",
        "role": "user",
        "avatar_url": "https://secure.gravatar.com/avatar/0.png?d=mm&r=PG",
        "description": None,
        "invitation_sent": False,
        "job_title": None,
        "created_via_sso": False,
        "teams": [],
        "contact_methods": [],
        "notification_rules": [],
    }


def _team(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own, initial_configuration
    return {
        "type": "team",
        "name": name,
        "description": None,
        "default_role": "manager",
        "parent": None,
    }


def _service(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own
    return {
        "type": "service",
        "name": name,
        "description": None,
        "created_at": At(ACCOUNT_CREATED),
        "status": "active",
        "auto_resolve_timeout": 14_400,
        "acknowledgement_timeout": None,
        "last_incident_timestamp": None,
        "escalation_policy": Ref("escalation_policies", initial_configuration.policy_of_service(0)),
        "response_play": None,
        "teams": [],
        "integrations": [],
        "incident_urgency_rule": {"type": "constant", "urgency": "high"},
        "support_hours": None,
        "scheduled_actions": [],
        "addons": [],
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping": None,
        "alert_grouping_timeout": None,
        "alert_grouping_parameters": {"type": None, "config": None},
        "auto_pause_notifications_parameters": Extra(
            "auto_pause_notifications_parameters",
            {"enabled": False, "timeout": 0, "recommended_timeout": None},
        ),
    }


def _policy(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    return {
        "type": "escalation_policy",
        "name": name,
        "description": None,
        "num_loops": 0,
        "on_call_handoff_notifications": "if_has_services",
        "escalation_rules": [
            {
                "id": f"{own[:-1]}0",
                "escalation_delay_in_minutes": 30,
                "targets": [Ref("users", initial_configuration.ids["users"][0], "targets")],
                "escalation_rule_assignment_strategy": Extra(
                    "escalation_rule_assignment_strategies", "assign_to_everyone"
                ),
            }
        ],
        "services": [],
        "teams": [],
    }


def _schedule(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own, initial_configuration
    return {
        "type": "schedule",
        "name": name,
        "description": None,
        "time_zone": "UTC",
        "schedule_layers": Extra("schedule_layers", []),
        "escalation_policies": [],
        "users": [],
        "teams": [],
    }


def _priority(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own, initial_configuration
    return {"type": "priority", "name": name, "description": None}


def _vendor(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own, initial_configuration
    return {
        "type": "vendor",
        "name": name,
        "website_url": None,
        "logo_url": None,
        "thumbnail_url": None,
        "description": None,
        "integration_guide_url": None,
    }


def _tag(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own, initial_configuration
    return {"type": "tag", "label": name}


def _business_service(name: str, own: str, initial_configuration: InitialConfiguration) -> Record:
    del own, initial_configuration
    return {
        "type": "business_service",
        "name": name,
        "description": None,
        "point_of_contact": None,
        "team": None,
    }


_MAKERS: dict[str, Callable[[str, str, InitialConfiguration], Record]] = {
    "users": _user,
    "teams": _team,
    "services": _service,
    "escalation_policies": _policy,
    "schedules": _schedule,
    "priorities": _priority,
    "vendors": _vendor,
    "tags": _tag,
    "business_services": _business_service,
}
