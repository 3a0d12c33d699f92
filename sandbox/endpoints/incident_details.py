"""Endpoints about one incident; they say what the incident and its log entries say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import API, bare_reference
from sandbox.api.declarations import Settings, declare, single
from sandbox.api.errors import not_found
from sandbox.endpoints import custom_fields
from sandbox.endpoints.change_events import change_before, change_event
from sandbox.endpoints.services import impact
from sandbox.endpoints.teams_and_subscribers import account_id, subscribers
from sandbox.records.example_values import example_object
from sandbox.records.record_context import RecordContext
from sandbox.values.ids import IdKind
from sandbox.values.timestamps import iso

if TYPE_CHECKING:
    from sandbox.account.incident_state import State
    from sandbox.api.endpoint import Query
    from sandbox.values.json_types import Record

_LOOK_BACK = 300
_PLACES = 1 << 24


def _serial(query: Query) -> int:
    serial = query.account.serial_of(query.ids[0])
    if serial is None:
        raise not_found()
    return serial


# -- alerts and notes ----------------------------------------------------------------------------


def _alerts(query: Query) -> list[Record]:
    """List the alerts of an incident: as many, and as many resolved, as its `alert_counts` says."""
    state = query.account.incident_store.state(_serial(query))
    incident = query.account.incident_view.show(state.facts.serial, query.zone)
    counts = incident["alert_counts"]
    ids = IdKind("Q", query.options.seed, 0xA1E)
    return [
        _alert(
            query,
            state,
            ids.encode(state.facts.serial * _PLACES + place),
            place,
            resolved=place < counts["resolved"],
        )
        for place in range(counts["all"])
    ]


def _alert(query: Query, state: State, own: str, place: int, *, resolved: bool) -> Record:
    account, facts, zone = query.account, state.facts, query.zone
    random = query.seeded.random("alert", own)
    created = facts.created_at + 7 * place
    closed = max(created, state.resolved_at or state.updated_at) if resolved else None
    incident = account.incident_view.reference(facts.serial)
    if "incidents" in query.include:
        incident = account.incident_view.show(facts.serial, zone)
    entry = account.incident_view.show(facts.serial, zone, query.include)["first_trigger_log_entry"]
    odd: dict[int, Record] = {
        0: {"privilege": None},
        1: {"resolved_at": iso(closed, zone) if closed else None},
    }
    severity = random.pick(("info", "warning", "error", "critical", None))
    return {
        "id": own,
        "type": "alert",
        "summary": state.title,
        "self": f"{API}/incidents/{facts.id}/alerts/{own}",
        "html_url": account.configuration.web(f"alerts/{own}"),
        "created_at": iso(created, zone),
        "status": "resolved" if resolved else "triggered",
        "alert_key": facts.key
        if place == 0
        else f"{own.lower()}/{query.seeded.texts.word.lower()}",
        "service": account.configuration.refer(
            "services", state.service, zone, full="services" in query.include
        ),
        "first_trigger_log_entry": entry,
        "incident": incident,
        "suppressed": random.one_in(7),
        "severity": severity,
        "integration": None if random.one_in(3) else query.seeded.integration(random),
        "body": {
            "type": "alert_body",
            "contexts": [
                {"type": "link", "href": "https://example.com/ctx", "text": query.seeded.texts.word}
            ]
            if random.below(2)
            else [],
            "details": _details(query, own),
        },
        **odd.get(facts.oddities % 4, {}),
    }


def _details(query: Query, own: str) -> Record | None:
    context = RecordContext(query.seeded, "/extensions", (own,), 0)
    details: Record = example_object(context, "details")
    return None if context.random.one_in(8) else details


def _notes(query: Query) -> list[Record]:
    """List the notes of an incident, newest first: one for each annotate log entry."""
    account, serial = query.account, _serial(query)
    ids = IdKind("P", query.options.seed, 0x707E)
    notes = [
        (event.at, place, event)
        for place, event in enumerate(account.incident_store.events(serial))
        if event.action == "annotate" and event.at <= query.now
    ]
    channel = {"summary": "The PagerDuty website or APIs", "id": None, "type": None}
    return [
        {
            "id": ids.encode(serial * _PLACES + place),
            "user": account.configuration.reference("users", event.user)
            if event.user
            else bare_reference("PBOT001", "bot_user_reference", "Bot"),
            "channel": {**channel, "self": None, "html_url": None},
            "content": event.value if event.value is not None else query.seeded.texts.texts[0],
            "created_at": iso(at, query.zone),
            "updated_at": iso(at, query.zone),
        }
        for at, place, event in sorted(notes, key=lambda each: each[:2], reverse=True)
    ]


def _values(query: Query) -> list[Record]:
    state = query.account.incident_store.state(_serial(query))
    return custom_fields.incident_values(query, state.facts.id, state.fields)


# -- what has to do with it ----------------------------------------------------------------------


def _related_changes(query: Query) -> list[Record]:
    """List up to three of the change events just before the incident."""
    facts = query.account.incident_store.facts(_serial(query))
    random = query.seeded.random("related changes", facts.id)
    last = change_before(query, facts.created_at)
    reasons = ("most_recent", "related_service", "intelligent")
    return [
        {
            **change_event(query, last - back),
            "correlation_reason": {"reason": reasons[back] if back else "most_recent"},
        }
        for back in range(random.below(4))
    ]


def _before(query: Query, serial: int) -> list[int]:
    incident_store = query.account.incident_store
    return incident_store.between(None, incident_store.created_at(serial)).slice(
        0, _LOOK_BACK, newest_first=True
    )


def _related(query: Query) -> list[Record]:
    """List up to three of the incidents just before this one."""
    account, serial = query.account, _serial(query)
    random = query.seeded.random("related", query.ids[0])
    records = []
    for other in _before(query, serial)[: random.below(4)]:
        incident = account.incident_view.reference(other)
        if "incident" in query.many("additional_details[]"):
            incident = account.incident_view.show(other, query.zone)
        inferred: Record = {
            "type": "machine_learning_inferred",
            "metadata": {
                "grouping_classification": random.pick(("similar_contents", "prior_feedback")),
                "user_feedback": {
                    "positive_feedback_count": random.below(9),
                    "negative_feedback_count": 0,
                },
            },
        }
        link = bare_reference(
            query.seeded.some_id("services", random), "technical_service_reference", None
        )
        known: Record = {
            "type": "service_dependency",
            "metadata": {"dependent_services": [link], "supporting_services": []},
        }
        relationships = random.some([inferred, known], 1 + random.below(2))
        records.append({"incident": incident, "relationships": relationships})
    return records


def _past(query: Query) -> list[Record]:
    """List earlier incidents of the same service, the most similar first."""
    account, serial = query.account, _serial(query)
    service = account.incident_store.facts(serial).service
    found = [
        x for x in _before(query, serial) if account.incident_store.facts(x).service == service
    ]
    return [
        {
            "incident": {
                "id": account.incident_store.facts(each).id,
                "created_at": iso(account.incident_store.created_at(each), query.zone),
                "self": f"{API}/incidents/{account.incident_store.facts(each).id}",
                "title": account.incident_view.title(each),
            },
            "score": round(60 - 1.5 * place, 3),
        }
        for place, each in enumerate(found[:30])
    ]


def _past_extra(query: Query) -> Record:
    total = len(_past(query)) if query.flag("total") else None
    return {"limit": query.limit, "total": total}


def _outlier(query: Query) -> Record:
    account, serial = query.account, _serial(query)
    facts = account.incident_store.facts(serial)
    incident: Record = {
        "id": facts.id,
        "created_at": iso(facts.created_at, query.zone),
        "self": f"{API}/incidents/{facts.id}",
        "title": account.incident_view.title(serial),
        "occurrence": {
            "count": facts.oddities % 40 + 1,
            "frequency": facts.oddities % 400 / 400,
            "category": ("rare", "frequent", "anomaly", "novel")[facts.oddities % 4],
            "since": iso(facts.created_at - 30 * 86_400),
            "until": iso(facts.created_at),
        },
    }
    if "incident" in query.many("additional_details[]"):
        incident = {**account.incident_view.show(serial, query.zone), **incident}
    template = {
        "id": bare_reference(facts.id[:7], "", None)["id"],
        "cluster_id": facts.id[7:],
        "mined_text": f"{facts.title.split()[0]} <*> größe",
    }
    return {"incident": incident, "incident_template": template}


def _subscribers(query: Query) -> list[Record]:
    random = query.seeded.random("via", query.ids[0])
    via = {"id": query.seeded.some_id("teams", random), "name": query.seeded.texts.word}
    return [
        {
            **each,
            "has_indirect_subscription": indirect,
            "subscribed_via": [via] if indirect else None,
        }
        for each in subscribers(query)
        for indirect in [each["subscriber_type"] == "user" and bool(random.below(2))]
    ]


def _impacts(query: Query) -> list[Record]:
    random = query.seeded.random("impacts", query.ids[0])
    ids = query.account.initial_configuration.ids["business_services"]
    query.values = {"additional_fields[]": ["services.highest_impacting_priority"]}
    return [impact(query, own, random) for own in random.some(ids, random.below(4))]


_READ: Settings = {"scope": "incidents.read"}
_ALERTS = declare(
    "/incidents/{id}/alerts",
    "alerts",
    "classic",
    _alerts,
    includes="services first_trigger_log_entries incidents",
    sorts="created_at resolved_at",
    choices="statuses[]=triggered,resolved",
    filters="alert_key=alert_key statuses[]=status",
    **_READ,
)
_AIOPS: Settings = {
    "ability": "event_intelligence",
    "choices": "additional_details[]=incident",
    **_READ,
}
INCIDENT_DETAILS = (
    _ALERTS,
    single("/incidents/{id}/alerts/{id}", "alert", _ALERTS, includes=""),
    declare("/incidents/{id}/notes", "notes", source=_notes, **_READ),
    declare("/incidents/{id}/custom_fields/values", "custom_fields", source=_values, **_READ),
    declare(
        "/incidents/{id}/related_change_events",
        "change_events",
        "limit",
        _related_changes,
        **_READ,
    ),
    declare("/incidents/{id}/related_incidents", "related_incidents", source=_related, **_AIOPS),
    declare(
        "/incidents/{id}/past_incidents",
        "past_incidents",
        "limit",
        _past,
        params="total",
        ability="event_intelligence",
        default_limit=5,
        max_limit=999,
        extra=_past_extra,
        **_READ,
    ),
    declare(
        "/incidents/{id}/outlier_incident",
        "outlier_incident",
        "single",
        _outlier,
        params="since",
        **_AIOPS,
    ),
    declare(
        "/incidents/{id}/status_updates/subscribers",
        "subscribers",
        "undocumented",
        _subscribers,
        scope="subscribers.read",
        extra=account_id,
    ),
    declare(
        "/incidents/{id}/business_services/impacts",
        "services",
        "next_only",
        _impacts,
        **_READ,
    ),
    *custom_fields.INCIDENT_FIELDS,
)
