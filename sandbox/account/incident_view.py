"""Incidents as the API sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import API, NOTHING, Configuration
from sandbox.account.log_entry_timeline import key_of, record_number
from sandbox.values.timestamps import UTC, iso

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

    from sandbox.account.incident_state import Facts, State
    from sandbox.account.incident_store import IncidentStore
    from sandbox.values.ids import IdKind
    from sandbox.values.json_types import Record

SHORT_OF = (
    "alert_counts",
    "alert_grouping",
    "assignments",
    "acknowledgements",
    "incident_type",
    "incidents_responders",
    "is_mergeable",
    "last_status_change_by",
    "pending_actions",
    "resolve_reason",
    "responder_requests",
)
"""Fields that an incident embedded in a log entry may lack (option `incident_embed_short`)."""


class IncidentView:
    """Renders incidents, and references to them."""

    def __init__(
        self, configuration: Configuration, incident_store: IncidentStore, entry_ids: IdKind
    ) -> None:
        """Take what a record is made of."""
        self._configuration = configuration
        self._incident_store = incident_store
        self._entry_ids = entry_ids

    def title(self, serial: int) -> str:
        """Give an incident's present title."""
        facts = self._incident_store.facts(serial)
        if not self._incident_store.is_touched(serial):
            return facts.title
        return str(facts.over.get("title", self._incident_store.state(serial).title))

    def reference(self, serial: int) -> Record:
        """Make the reference to an incident."""
        facts = self._incident_store.facts(serial)
        return {
            "id": facts.id,
            "type": "incident_reference",
            "summary": f"[#{facts.number}] {self.title(serial)}",
            "self": f"{API}/incidents/{facts.id}",
            "html_url": self._configuration.web(f"incidents/{facts.id}"),
        }

    def show(
        self, serial: int, zone: tzinfo = UTC, include: Collection[str] = NOTHING, ago: int = 0
    ) -> Record:
        """Render an incident in its present state, or that of so many seconds `ago`."""
        state = self._incident_store.state(serial, ago)
        facts, configuration = state.facts, self._configuration
        triggered = state.status == "triggered"
        people = "users" in include
        kind, changer = state.changed_by
        record: Record = {
            **self.reference(serial),
            "type": "incident",
            "incident_number": facts.number,
            "title": state.title,
            "created_at": iso(facts.created_at, zone),
            "updated_at": iso(state.updated_at, zone),
            "status": state.status,
            "incident_key": facts.key,
            "service": configuration.refer(
                "services", state.service, zone, full="services" in include
            ),
            "assignments": [
                {
                    "at": iso(at, zone),
                    "assignee": configuration.refer(
                        "users", user, zone, full=people or "assignees" in include
                    ),
                }
                for at, user in state.assigned
            ],
            "assigned_via": state.assigned_via,
            "last_status_change_at": iso(state.updated_at if triggered else state.changed_at, zone),
            "resolved_at": None if state.resolved_at is None else iso(state.resolved_at, zone),
            "first_trigger_log_entry": self._first_entry(facts),
            "alert_counts": _alert_counts(state),
            "is_mergeable": facts.key is None or facts.alerts > 0,
            "incident_type": {"name": "incident_default"},
            "escalation_policy": configuration.refer(
                "escalation_policies", state.policy, zone, full="escalation_policies" in include
            ),
            "teams": [
                configuration.refer("teams", team, zone, full="teams" in include)
                for team in state.teams
            ],
            "pending_actions": _pending_actions(state, zone),
            "acknowledgements": [
                {
                    "at": iso(at, zone),
                    "acknowledger": configuration.refer(
                        "users", user, zone, full=people or "acknowledgers" in include
                    ),
                }
                for at, user in state.acks
            ],
            "alert_grouping": _alert_grouping(facts, zone),
            "last_status_change_by": configuration.refer(
                kind, changer, zone, full="agents" in include or (people and kind == "users")
            ),
            "priority": state.priority
            and configuration.refer(
                "priorities", state.priority, zone, full="priorities" in include
            ),
            "resolve_reason": None,
            "incidents_responders": self._responders(state, zone),
            "responder_requests": self._requests(state, zone),
            "urgency": state.urgency,
        }
        if state.merged_into is not None:
            record["resolve_reason"] = {
                "type": "merge_resolve_reason",
                "incident": self.reference(state.merged_into),
            }
        self._on_request(record, state, include)
        _oddities(record, facts)
        if facts.over:
            record.update(facts.over)
        return record

    def _first_entry(self, facts: Facts) -> Record:
        own = self._entry_ids.encode(record_number(key_of(0, facts.serial, 0)))
        return {
            "id": own,
            "type": "trigger_log_entry_reference",
            "summary": "Triggered through the API",
            "self": f"{API}/log_entries/{own}?incident_id={facts.id}",
            "html_url": self._configuration.web(f"incidents/{facts.id}/log_entries/{own}"),
        }

    def _responders(self, state: State, zone: tzinfo) -> list[Record]:
        return [
            {
                "state": "pending" if state.status != "resolved" else "joined",
                "user": self._configuration.reference("users", user),
                "incident": self.reference(state.facts.serial),
                "updated_at": iso(at, zone),
                "message": "Please help with issue - join bridge at +1(234)-567-8910",
                "requester": self._configuration.reference("users", requester),
                "requested_at": iso(at),
                "escalation_policy_requests": [],
            }
            for at, user, requester in state.responders
        ]

    def _requests(self, state: State, zone: tzinfo) -> list[Record]:
        responders = self._responders(state, zone)
        return [
            {
                "id": f"{state.facts.id[:-1]}{number}",
                "incident": responder["incident"],
                "requester": responder["requester"],
                "requested_at": responder["requested_at"],
                "message": responder["message"],
                "responder_request_targets": [
                    {
                        "responder_request_target": {
                            "type": "user",
                            "id": responder["user"]["id"],
                            "summary": responder["user"]["summary"],
                            "incidents_responders": [responder],
                        }
                    }
                ],
            }
            for number, responder in enumerate(responders)
        ]

    def _on_request(self, record: Record, state: State, include: Collection[str]) -> None:
        """Add the fields that are only there when they are asked for."""
        if "conference_bridge" in include:
            bridge = {
                "conference_number": "+1-415-555-1212,,,,1234#",
                "conference_url": "https://example.com/acb-123",
            }
            record["conference_bridge"] = bridge if state.facts.oddities % 3 == 0 else None
        if "custom_fields" in include:
            record["custom_fields"] = [
                {
                    "id": "PT4KHLX",
                    "type": "field_value",
                    "name": name,
                    "display_name": name.replace("_", " ").capitalize(),
                    "data_type": "string",
                    "field_type": "single_value",
                    "value": value,
                }
                for name, value in state.fields.items()
            ]


def _alert_counts(state: State) -> Record:
    every = state.facts.alerts + len(state.linked)
    gone = every if state.status == "resolved" else state.facts.oddities % (every + 1)
    return {"all": every, "triggered": every - gone, "resolved": gone}


def _pending_actions(state: State, zone: tzinfo) -> list[Record]:
    if state.status == "resolved" or state.facts.oddities % 4 == 0:
        return []
    first = {"type": "escalate", "at": iso(state.changed_at + 1800, zone)}
    if state.ack_until is not None:
        first = {"type": "unacknowledge", "at": iso(state.ack_until, zone)}
    actions = [first, {"type": "resolve", "at": iso(state.changed_at + 14_400, zone)}]
    if state.urgency == "low":
        actions.append(
            {"type": "urgency_change", "at": iso(state.changed_at + 28_800, zone), "to": "high"}
        )
    return actions


def _alert_grouping(facts: Facts, zone: tzinfo) -> Record | None:
    if facts.alerts == 0:
        return None
    ended = facts.created_at + 3600 if facts.oddities % 2 else None
    return {
        "grouping_type": ("basic", "advanced", "rules")[facts.oddities % 3],
        "started_at": iso(facts.created_at, zone),
        "ended_at": None if ended is None else iso(ended, zone),
        "alert_grouping_active": ended is None,
    }


def _oddities(record: Record, facts: Facts) -> None:
    """Make some records as odd as real ones are: nulls and fields that no document mentions."""
    odd: dict[int, dict[str, Any]] = {
        0: {"description": record["title"]},
        1: {"basic_alert_grouping": None, "subscriber_requests": []},
        2: {"external_references": [{"id": "PEXT001", "external_id": "JIRA-4711", "sync": True}]},
        3: {"linked_incidents": [], "description": record["title"]},
    }
    record.update(odd.get(facts.oddities >> 8 & 7, {}))
    if record["status"] == "resolved" and facts.oddities % 23 == 0:
        record["acknowledgements"] = None
    if facts.oddities % 31 == 0:
        record["last_status_change_by"] = None
