"""An incident's life: what it is from the start, what happens to it, what it is by then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Action(NamedTuple):
    """What something that happens to an incident leaves behind."""

    entry: str | None
    """Type of the log entry; None: PagerDuty writes none."""
    bumps: bool = True
    """Whether it moves the incident's `updated_at`."""
    overview: bool = True
    """Whether its log entry is an important one (`is_overview=true`)."""


ACTIONS: dict[str, Action] = {
    "trigger": Action("trigger_log_entry"),
    "notify": Action("notify_log_entry", bumps=False, overview=False),
    "assign": Action("assign_log_entry"),
    "delegate": Action("delegate_log_entry"),
    "acknowledge": Action("acknowledge_log_entry"),
    "unacknowledge": Action("unacknowledge_log_entry"),
    "escalate": Action("escalate_log_entry"),
    "exhaust": Action("exhaust_escalation_path_log_entry"),
    "repeat": Action("repeat_escalation_path_log_entry"),
    "ack_limit": Action("reach_ack_limit_log_entry", overview=False),
    "trigger_limit": Action("reach_trigger_limit_log_entry", overview=False),
    "annotate": Action("annotate_log_entry"),
    "snooze": Action("snooze_log_entry"),
    "urgency": Action("urgency_change_log_entry"),
    "field": Action("field_value_change_log_entry", overview=False),
    "custom_field": Action("custom_field_value_change_log_entry", overview=False),
    "resolve": Action("resolve_log_entry"),
    "auto_resolve": Action("resolve_log_entry"),
    "merge": Action("resolve_log_entry"),
    # Not in the documentation, but seen on real accounts:
    "priority": Action("priority_change_log_entry"),
    "status_update": Action("status_update_log_entry"),
    "responder": Action("responder_request_log_entry"),
    "link": Action("link_log_entry", overview=False),
    "rule": Action("event_rule_action_log_entry", bumps=False, overview=False),
    "reopen": Action("reopen_log_entry"),
    # No log entry at all: a reader of log entries never hears of these.
    "retitle": Action(None),
    "change_service": Action(None),
    "change_policy": Action(None),
}


class Event(NamedTuple):
    """Something that happened to an incident."""

    at: int
    action: str
    user: str | None = None
    """Id of the user who did it; None: PagerDuty or the service itself."""
    value: Any = None
    """What the action needs to know: the assignee, the note, the new priority, …"""


@dataclass
class Facts:
    """What an incident is from the start."""

    serial: int
    id: str
    number: int
    created_at: int
    title: str
    service: str
    policy: str
    teams: list[str]
    urgency: str
    key: str | None
    priority: str | None
    assignee: str
    alerts: int
    oddities: int
    """Random bits, for what only some records have."""
    over: dict[str, Any] = field(default_factory=dict)
    """Fields that a test wants to be so, whatever happens."""


class State:
    """What an incident is at some time, as the sum of what happened to it."""

    __slots__ = (
        "ack_until",
        "acks",
        "assigned",
        "assigned_via",
        "changed_at",
        "changed_by",
        "facts",
        "fields",
        "linked",
        "merged_into",
        "policy",
        "priority",
        "resolved_at",
        "responders",
        "service",
        "status",
        "teams",
        "title",
        "updated_at",
        "urgency",
    )

    def __init__(self, facts: Facts) -> None:
        """Begin with the facts; the trigger event is still to come."""
        self.facts = facts
        self.title = facts.title
        self.service = facts.service
        self.policy, self.teams = facts.policy, facts.teams
        self.urgency = facts.urgency
        self.priority = facts.priority
        self.status = "triggered"
        self.updated_at = self.changed_at = facts.created_at
        self.changed_by: tuple[str, str] = ("services", facts.service)
        self.resolved_at: int | None = None
        self.ack_until: int | None = None
        self.assigned: list[tuple[int, str]] = []
        self.assigned_via = "escalation_policy"
        self.acks: list[tuple[int, str]] = []
        self.merged_into: int | None = None
        self.linked: list[int] = []
        self.responders: list[tuple[int, str, str]] = []
        self.fields: dict[str, Any] = {}

    def apply(self, event: Event) -> None:
        """Let an event happen."""
        if ACTIONS[event.action].bumps:
            self.updated_at = event.at
        change = getattr(self, f"_{event.action}", None)
        if change:
            change(event)

    def _status(self, event: Event, status: str) -> None:
        self.status = status
        self.changed_at = event.at
        self.changed_by = ("users", event.user) if event.user else ("services", self.service)

    def _assign_to(self, event: Event, user: str, via: str) -> None:
        self.assigned = [(event.at, user)]
        self.assigned_via = via

    def _trigger(self, event: Event) -> None:
        self._status(event, "triggered")
        self._assign_to(event, self.facts.assignee, "escalation_policy")

    def _acknowledge(self, event: Event) -> None:
        self._status(event, "acknowledged")
        if event.user:
            self.acks = [each for each in self.acks if each[1] != event.user]
            self.acks.append((event.at, event.user))
        self.ack_until = event.at + 1800

    def _unacknowledge(self, event: Event) -> None:
        self._status(event, "triggered")
        self.acks, self.ack_until = [], None

    def _resolve(self, event: Event) -> None:
        self._status(event, "resolved")
        self.resolved_at = event.at
        self.assigned, self.acks, self.ack_until = [], [], None

    _auto_resolve = _resolve

    def _merge(self, event: Event) -> None:
        self._resolve(event)
        self.merged_into = event.value

    def _reopen(self, event: Event) -> None:
        self._status(event, "triggered")
        self.resolved_at = self.merged_into = None
        self._assign_to(event, self.facts.assignee, "escalation_policy")

    def _assign(self, event: Event) -> None:
        self._assign_to(event, event.value, "direct_assignment")

    def _escalate(self, event: Event) -> None:
        self._assign_to(event, event.value, "escalation_policy")
        if self.status == "acknowledged":
            self._unacknowledge(event)

    def _delegate(self, event: Event) -> None:
        self._assign_to(event, event.value, "escalation_policy")

    def _snooze(self, event: Event) -> None:
        self._acknowledge(event)
        self.ack_until = event.at + int(event.value)

    def _priority(self, event: Event) -> None:
        self.priority = event.value[1]

    def _urgency(self, event: Event) -> None:
        self.urgency = event.value

    def _field(self, event: Event) -> None:
        name, value, _ = event.value
        self.fields[name] = value

    _custom_field = _field

    def _link(self, event: Event) -> None:
        self.linked.append(event.value)

    def _responder(self, event: Event) -> None:
        if event.user:
            self.responders.append((event.at, event.value, event.user))

    def _retitle(self, event: Event) -> None:
        self.title = event.value

    def _change_service(self, event: Event) -> None:
        self.service = event.value

    def _change_policy(self, event: Event) -> None:
        self.policy, self.teams = event.value


def state_at(facts: Facts, events: list[Event], moment: int) -> tuple[State, int | None]:
    """Sum up what happened until a moment; also return when the next thing will happen (or None).

    Events may come in any order of time; of two in one second the earlier listed happens first.
    """
    state = State(facts)
    following: int | None = None
    for event in sorted(events, key=lambda each: each.at):
        if event.at <= moment:
            state.apply(event)
        elif following is None:
            following = event.at
    return state, following
