"""Log entries and notifications as the API sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.account.configuration import API, NOTHING, Configuration
from sandbox.account.incident_state import ACTIONS, Event
from sandbox.account.incident_view import SHORT_OF, IncidentView
from sandbox.account.initial_configuration import phone
from sandbox.account.log_entry_timeline import record_number, serial_and_place
from sandbox.values.seeded_random import hash_of
from sandbox.values.timestamps import UTC, iso

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

    from sandbox.account.incident_store import IncidentStore
    from sandbox.values.ids import IdKind
    from sandbox.values.json_types import Record

NOTIFICATION_TYPES = (
    "sms_notification",
    "email_notification",
    "phone_notification",
    "push_notification",
    "push_notification",
    "whatsapp_notification",  # exists since 2026, is in no document
)

_SUMMARIES = {
    "trigger": "Triggered through the API",
    "notify": "Notified {user} by {how}",
    "assign": "Reassigned to {value}",
    "delegate": "Delegated to {value}",
    "acknowledge": "Acknowledged by {user}",
    "unacknowledge": "Unacknowledged due to timeout",
    "escalate": "Escalated to {value}",
    "exhaust": "Escalation path exhausted",
    "repeat": "Escalation path repeated",
    "ack_limit": "Reached the limit of acknowledgements",
    "trigger_limit": "Reached the limit of triggers",
    "annotate": "Note added by {user}",
    "snooze": "Snoozed by {user}",
    "urgency": "Urgency changed",
    "field": "Field value changed by {user}",
    "custom_field": "Custom field value changed by {user}",
    "resolve": "Resolved by {user}",
    "auto_resolve": "Resolved through the API",
    "merge": "Resolved by {user} (merged)",
    "priority": "Priority changed by {user}",
    "status_update": "Status update sent by {user}",
    "responder": "{user} requested {value} to join",
    "link": "Alerts merged into this incident",
    "rule": "Event rule applied",
    "reopen": "Reopened by {user}",
}

_TOWARDS = frozenset({"assign", "delegate", "escalate", "responder"})
"""Actions whose value is a user."""

_SOURCES = ("api", "nagios", "email", "web_trigger")
_MEANS = ("website", "mobile", "sms", "phone")
_WITHOUT_INCIDENT = 41
_WITHOUT_PAGE = 37
_WITHOUT_AGENT = 53


class LogEntryView:
    """Renders log entries and the notifications that some of them are about."""

    def __init__(  # noqa: PLR0913
        self,
        configuration: Configuration,
        incident_store: IncidentStore,
        incident_view: IncidentView,
        ids: tuple[IdKind, IdKind],
        embedding: tuple[float, int],
        *,
        is_plain: bool = False,
    ) -> None:
        """Take what a record is made of; `ids` are those of log entries and of notifications.

        `embedding` is the share of embedded incidents that lack fields, and their age in seconds.
        `is_plain`: what monitoring sends has nothing odd in it.
        """
        self._is_plain = is_plain
        self._configuration = configuration
        self._incident_store = incident_store
        self._incident_view = incident_view
        self._entry_ids, self._notification_ids = ids
        self._embed_short, self._embed_lag = embedding

    def event(self, key: int) -> Event:
        """Give the event that a key stands for."""
        serial, place = serial_and_place(key)
        return self._incident_store.events(serial)[place]

    def type_of(self, key: int) -> str:
        """Return which type of notification a key stands for."""
        return NOTIFICATION_TYPES[hash_of(record_number(key), 9) % len(NOTIFICATION_TYPES)]

    def notification(
        self, key: int, zone: tzinfo = UTC, include: Collection[str] = NOTHING
    ) -> Record:
        """Render a notification."""
        record = self._notification(key, self.event(key), zone)
        record["user"] = self._configuration.refer(
            "users", record["user"]["id"], zone, full="users" in include
        )
        return record

    def show(
        self,
        key: int,
        zone: tzinfo = UTC,
        include: Collection[str] = NOTHING,
        embedded: dict[int, Record] | None = None,
    ) -> Record:
        """Render a log entry; `embedded` keeps incidents that several entries of a page share."""
        number, (serial, _), event = record_number(key), serial_and_place(key), self.event(key)
        own, facts = self._entry_ids.encode(number), self._incident_store.facts(serial)
        chance = hash_of(number, 3)
        page = self._configuration.web(f"incidents/{facts.id}/log_entries/{own}")
        record: Record = {
            "id": own,
            "type": ACTIONS[event.action].entry,
            "summary": self._summary(key, event),
            "self": f"{API}/log_entries/{own}?incident_id={facts.id}",
            "html_url": None if chance % _WITHOUT_PAGE == 0 else page,
            "created_at": iso(event.at, zone),
            "agent": None if chance % _WITHOUT_AGENT == 0 else self._agent(event, facts.service),
            "channel": self._channel(key, event, zone, full="channels" in include),
            "service": self._configuration.refer(
                "services", facts.service, zone, full="services" in include
            ),
            "teams": [
                self._configuration.refer("teams", team, zone, full="teams" in include)
                for team in facts.teams
            ],
            "contexts": [],
        }
        if not (event.action == "notify" and chance % _WITHOUT_INCIDENT == 0):
            if "incidents" in include:
                record["incident"] = self._embedded(number, serial, zone, embedded)
            else:
                record["incident"] = self._incident_view.reference(serial)
        elif chance & 64:
            record["incident"] = None
        details = getattr(self, f"_{event.action}", None)
        if details:
            record.update(details(key, event, zone))
        return record

    def _embedded(
        self, number: int, serial: int, zone: tzinfo, embedded: dict[int, Record] | None
    ) -> Record:
        record = None if embedded is None else embedded.get(serial)
        if record is None:
            record = self._incident_view.show(serial, zone, ago=self._embed_lag)
            if embedded is not None:
                embedded[serial] = record
        if hash_of(number, 5) % 1000 < self._embed_short * 1000:
            return {name: value for name, value in record.items() if name not in SHORT_OF}
        return record

    def _summary(self, key: int, event: Event) -> str:
        def name(user: str | None) -> str:
            return self._configuration.reference("users", user)["summary"] if user else "PagerDuty"

        value = event.value if event.action in _TOWARDS else None
        how = self.type_of(key).replace("_notification", "")
        return _SUMMARIES[event.action].format(user=name(event.user), value=name(value), how=how)

    def _agent(self, event: Event, service: str) -> Record:
        if event.user and event.action != "notify":
            return self._configuration.reference("users", event.user)
        return self._configuration.reference("services", service)

    # -- channels ------------------------------------------------------------------------------

    def _channel(self, key: int, event: Event, zone: tzinfo, *, full: bool) -> Record:
        chance = hash_of(record_number(key), 4)
        kind = {
            "trigger": _SOURCES[chance % len(_SOURCES)],
            "notify": "auto",
            "annotate": "note",
            "unacknowledge": "timeout",
            "auto_resolve": "api",
            "repeat": "auto",
            "exhaust": "auto",
            "rule": "event_rule",
        }.get(event.action, _MEANS[chance % len(_MEANS)])
        if not full:
            return {"type": kind}
        channel: Record = {"type": kind}
        if event.action == "trigger":
            channel.update(self._payload(key, kind))
        elif event.action == "notify":
            channel["notification"] = self._notification(key, event, zone)
        elif event.action == "annotate":
            channel["summary"] = event.value
        elif event.action == "snooze":
            channel["duration"] = event.value
        elif event.action == "priority":
            old, new = event.value
            channel["old_priority"] = self._priority_of(old)
            channel["new_priority"] = self._priority_of(new)
        elif event.action in {"field", "custom_field"}:
            channel["changeset"] = self._changeset(event)
        return channel

    def _payload(self, key: int, kind: str) -> Record:
        """Make what the monitoring tool sent."""
        facts = self._incident_store.facts(serial_and_place(key)[0])
        if kind == "email":
            return {
                "summary": facts.title,
                "to": "alerts@acme.pagerduty.com",
                "from": '"Nagios" <nagios@example.com>',
                "subject": facts.title,
                "body": f"{facts.title}\n\n-- \nsent by a machine",
                "body_content_type": "text/plain",
                "raw_url": f"https://mail.example.com/{facts.id}/raw",
                "html_url": None,
            }
        details: Record = {
            "load": facts.oddities % 100 / 10,
            "tags": ["prod", "ünïcode", None],
            "nested": {"a": {"b": [1, 2.5, True, None, "\\u0000"]}},
            "Upper Case Key": "x",
            "": "empty name",
        }
        if self._is_plain:
            details = {"environment": "production", "value": facts.oddities % 100 / 10}
        if kind == "nagios":
            return {
                "summary": facts.title,
                "host": "web-01",
                "service": "CPU",
                "state": "CRITICAL",
                "details": details,
            }
        return {
            "summary": facts.title,
            "service_key": f"{facts.oddities:032x}",
            "description": facts.title,
            "incident_key": facts.key,
            "details": details
            if facts.oddities % 2 or self._is_plain
            else "just text, not an object",
            "client": "sandbox",
            "client_url": None,
        }

    def _priority_of(self, own: str | None) -> Record | None:
        return self._configuration.reference("priorities", own) if own else None

    def _changeset(self, event: Event) -> Record:
        name, value, old = event.value
        change = {
            "id": "PT4KHLX",
            "name": name,
            "value": value,
            "namespace": "incident",
            "old_value": old,
        }
        where = "customer_fields" if event.action == "custom_field" else "application_fields"
        return {
            where: [change],
            "custom_attributes": {},
            "customer_schema": {"old_value": None},
        }

    def _notification(self, key: int, event: Event, zone: tzinfo) -> Record:
        number = record_number(key)
        kind, user = (
            self.type_of(key),
            event.user or self._incident_store.facts(number >> 24).assignee,
        )
        address: str | None = phone(user)
        if kind == "push_notification":
            address = None
        elif kind == "email_notification":
            known = self._configuration.get("users", user)
            address = known["email"] if known else "gone@example.com"
        record: Record = {
            "id": self._notification_ids.encode(number),
            "type": kind,
            "started_at": iso(event.at, zone),
            "address": address,
            "user": self._configuration.reference("users", user),
        }
        chance = hash_of(number, 6)
        if chance % 2:
            record["status"] = ("success", "failed", None)[chance % 3]
        if kind == "phone_notification":
            record["conferenceAddress"] = "+1-415-555-1212" if chance & 4 else None
        return record

    # -- what only log entries of one type have ------------------------------------------------

    def _trigger(self, key: int, event: Event, zone: tzinfo) -> Record:
        del event, zone
        facts = self._incident_store.facts(serial_and_place(key)[0])
        link = {"type": "link", "href": "https://grafana.example.com/d/1?a=1&b=2", "text": "Graph"}
        image = {"type": "image", "src": "https://example.com/graph.png", "text": "CPU, 1 h"}
        return {
            "event_details": {"description": facts.title},
            "contexts": ([], [link], [link, image])[facts.oddities % 3],
        }

    def _notify(self, key: int, event: Event, zone: tzinfo) -> Record:
        record = self._notification(key, event, zone)
        if hash_of(record_number(key), 8) % 2:
            return {"user": record["user"], "notification": record}
        return {"user": record["user"]}

    def _acknowledge(self, *_: Any) -> Record:  # noqa: ANN401
        return {"acknowledgement_timeout": 1800}

    def _assign(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key, zone
        user = self._configuration.reference("users", event.value)
        return {"assignees": [user], "assigned_user": user}

    _escalate = _delegate = _assign

    def _annotate(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key, zone
        return {"note": event.value}

    def _snooze(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key
        at = iso(event.at + int(event.value), zone)
        return {"changed_actions": [{"type": "unacknowledge", "at": at}]}

    def _urgency(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key
        return {
            "changed_actions": [
                {"type": "urgency_change", "at": iso(event.at, zone), "to": event.value}
            ]
        }

    def _field(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key, zone
        name, value, old = event.value
        return {"changeset": [f"{name}: {old} -> {value}"]}

    _custom_field = _field

    def _status_update(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key, zone
        return {"message": event.value}

    def _responder(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key, zone
        return {"user": self._configuration.reference("users", event.value)}

    def _link(self, key: int, event: Event, zone: tzinfo) -> Record:
        del key, zone
        return {"linked_incident": self._incident_view.reference(event.value)}
