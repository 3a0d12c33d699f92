"""Analytics metrics: sums and means over the rows of incidents, by day, service, team, user."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.api.errors import refusal
from sandbox.endpoints import analytics_raw
from sandbox.values.timestamps import UTC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.api.endpoint import GeneratedEndpoint, Query
    from sandbox.values.json_types import Record

_FILTERS = (
    "created_at_start",
    "created_at_end",
    "urgency",
    "major",
    "min_ackowledgements",
    "min_timeout_escalations",
    "min_manual_escalations",
    "team_ids",
    "service_ids",
    "escalation_policy_ids",
    "priority_ids",
    "priority_names",
    "pd_advance_used",
)
_RESPONDER_FILTERS = (
    "date_range_start",
    "date_range_end",
    "urgency",
    "team_ids",
    "responder_ids",
    "priority_ids",
    "priority_names",
)
_MEANS = {
    "mean_assignment_count": "assignment_count",
    "mean_engaged_seconds": "engaged_seconds",
    "mean_engaged_user_count": "engaged_user_count",
    "mean_seconds_to_engage": "seconds_to_engage",
    "mean_seconds_to_first_ack": "seconds_to_first_ack",
    "mean_seconds_to_mobilize": "seconds_to_mobilize",
    "mean_seconds_to_resolve": "seconds_to_resolve",
    "mean_user_defined_engaged_seconds": "user_defined_effort_seconds",
}
_SUMS = {
    "total_business_hour_interruptions": "business_hour_interruptions",
    "total_engaged_seconds": "engaged_seconds",
    "total_escalation_count": "escalation_count",
    "total_interruptions": "total_interruptions",
    "total_notifications": "total_notifications",
    "total_off_hour_interruptions": "off_hour_interruptions",
    "total_sleep_hour_interruptions": "sleep_hour_interruptions",
    "total_snoozed_seconds": "snoozed_seconds",
    "total_user_defined_engaged_seconds": "user_defined_effort_seconds",
}
_HOW_MANY = {
    "total_incidents_acknowledged": "acknowledgement_count",
    "total_incidents_auto_resolved": "auto_resolved",
    "total_incidents_manual_escalated": "manual_escalation_count",
    "total_incidents_reassigned": "reassignment_count",
    "total_incidents_timeout_escalated": "timeout_escalation_count",
}


def _rows(query: Query, start: str, end: str) -> list[Record]:
    """List the rows of the incidents of a range, times in the zone that is asked for."""
    since, until = analytics_raw.year_at_most(start, end, query)
    zone = analytics_raw.zone_asked(query)
    found = analytics_raw.serials_between(query, since, until)
    rows = [analytics_raw.row(query, each, zone) for each in found]
    return [each for each in rows if analytics_raw.passes(each, query.body.get("filters", {}))]


def _unit(query: Query, created: str) -> str | None:
    """Give the beginning of the day, week or month of a row; None: all in one."""
    unit = query.body.get("aggregate_unit")
    if unit is None:
        return None
    day = datetime.fromisoformat(created[:10])
    if unit == "week":
        day -= timedelta(days=day.weekday())
    elif unit == "month":
        day = day.replace(day=1)
    elif unit != "day":
        raise refusal(400, 2001, "aggregate_unit is invalid.")
    return day.isoformat()


def _figures(rows: list[Record]) -> Record:
    """Add up rows."""
    made: Record = {"total_incident_count": len(rows), "up_time_pct": 100.0}
    for name, column in _MEANS.items():
        made[name] = _mean(each[column] for each in rows)
    for name, column in _SUMS.items():
        made[name] = sum(each[column] or 0 for each in rows)
    for name, column in _HOW_MANY.items():
        made[name] = sum(bool(each[column]) for each in rows)
    return made


def _mean(values: Iterable[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) // len(known) if known else None


def _percentiles(rows: list[Record]) -> Record:
    made: Record = {}
    for column in ("seconds_to_first_ack", "seconds_to_resolve"):
        known = sorted(each[column] for each in rows if each[column] is not None)
        for share in (50, 75, 90, 95):
            place = min(len(known) - 1, share * len(known) // 100)
            made[f"p{share}_{column}"] = known[place] if known else None
    return made


def _of_incidents(kind: str | None, *, every: bool = False) -> Callable[[Query], list[Record]]:
    """Make the source of metrics: by service, team or policy, or (`every`) over all of them."""

    def source(query: Query) -> list[Record]:
        groups: dict[tuple[str | None, ...], list[Record]] = {}
        for each in _rows(query, "created_at_start", "created_at_end"):
            own = None if kind is None or every else str(each[f"{kind}_id"] or "")
            if own != "":
                key = (own, _unit(query, each["created_at"]))
                groups.setdefault(key, []).append(each)
        names = [kind] if kind and not every else []
        names += ["team"] if names and kind != "team" else []
        records = []
        for (_, begin), rows in sorted(groups.items(), key=lambda item: str(item[0])):
            made = {**_figures(rows), "range_start": begin}
            if not names:
                made.update(_percentiles(rows))
            if kind == "escalation_policy":
                seen = {own for each in rows for own in each["acknowledged_user_ids"]}
                made["distinct_responder_count"] = len(seen)
            for name in names:
                made[f"{name}_id"] = rows[0][f"{name}_id"]
                made[f"{name}_name"] = rows[0][f"{name}_name"]
            records.append(made)
        down = query.body.get("order") == "desc"
        return records[::-1] if down else records

    return source


def _of_responders(*, teams: bool) -> Callable[[Query], list[Record]]:
    """Make the source of the metrics of everybody who acknowledged, by team or not."""

    def source(query: Query) -> list[Record]:
        groups: dict[tuple[str, str | None], list[Record]] = {}
        for each in _rows(query, "date_range_start", "date_range_end"):
            for own in each["acknowledged_user_ids"]:
                team = each["team_id"]
                if not teams or team is not None:
                    groups.setdefault((own, team if teams else None), []).append(each)
        wanted = query.body.get("filters", {}).get("responder_ids")
        path = "/analytics/metrics/responders"
        return [
            {
                **query.records.make(path, (own, str(team)), 0, UTC),
                "responder_id": own,
                "responder_name": analytics_raw.name_of(query, "users", own),
                "team_id": team,
                "team_name": analytics_raw.name_of(query, "teams", team),
                "total_incident_count": len(rows),
                "total_incidents_acknowledged": len(rows),
            }
            for (own, team), rows in sorted(groups.items(), key=lambda item: str(item[0]))
            if not wanted or own in wanted
        ]

    return source


def _of_users(query: Query) -> list[Record]:
    rows = analytics_raw.users(query)
    made: Record = {"total_user_count": len(rows)}
    for name, column in (
        ("downloaded_mobile_app", "downloaded_mobile_app"),
        ("on_escalation_policy", "on_escalation_policy"),
        ("signed_up", "signed_up"),
        ("with_notification_methods", "notification_methods"),
    ):
        count = sum(each[column] for each in rows)
        made[f"total_{name}_count"] = count
        made[f"total_{name}_percentage"] = round(100 * count / max(1, len(rows)), 2)
    return [made]


def _of_advance(query: Query) -> list[Record]:
    path = "/analytics/metrics/pd_advance_usage/features"
    analytics_raw.year_at_most("created_at_start", "created_at_end", query)
    features = ("catch_me_up", "status_updates", "größe")
    return [{**query.records.make(path, (each,), 0, UTC), "feature_id": each} for each in features]


def _sheets() -> tuple[GeneratedEndpoint, ...]:
    """Declare the endpoints."""
    sheet, keys = analytics_raw.sheet, analytics_raw.keys
    unit = ("order", "order_by", "time_zone", "aggregate_unit")
    prefix = "/analytics/metrics"
    by: tuple[tuple[str, str | None, bool], ...] = (
        ("all", None, True),
        ("services", "service", False),
        ("services/all", "service", True),
        ("teams", "team", False),
        ("teams/all", "team", True),
        ("escalation_policies", "escalation_policy", False),
        ("escalation_policies/all", "escalation_policy", True),
    )
    body: dict[str, Any] = {"body_keys": keys(*_FILTERS, others=unit)}
    responders: dict[str, Any] = {"body_keys": keys(*_RESPONDER_FILTERS, others=unit[:3])}
    users = ("created_at_start", "created_at_end", "team_ids", "user_ids", "role_ids")
    advance = tuple(f"incident_{each}" for each in _FILTERS[:2])
    return (
        *(
            sheet(
                f"{prefix}/incidents/{path}", "body", _of_incidents(kind, every=every), (), **body
            )
            for path, kind, every in by
        ),
        sheet(f"{prefix}/responders/all", "body", _of_responders(teams=False), (), **responders),
        sheet(f"{prefix}/responders/teams", "body", _of_responders(teams=True), (), **responders),
        sheet(
            f"{prefix}/users/all",
            "body",
            _of_users,
            (),
            body_keys=keys(*users, others=(*unit, "limit", "starting_after", "ending_before")),
        ),
        sheet(
            f"{prefix}/pd_advance_usage/features",
            "body",
            _of_advance,
            (),
            body_keys=keys(*_FILTERS[:-1], *advance, others=("time_zone",)),
        ),
    )


ANALYTICS_METRICS = _sheets()
