"""A small PagerDuty account: what the API lists, and how it answers."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache
from http.client import responses
from urllib.parse import parse_qs, urlsplit, urlunsplit

from tap_pagerduty.api.responses import WHOLE_BODY
from tap_pagerduty.streams import AREAS, STREAMS
from tap_pagerduty.streams.incidents import LISTED
from tap_pagerduty.sync.windowed import WindowedStream

NAMES = [stream.name for stream in STREAMS]
# The streams that are lists of the account, or of what happened, read by themselves.
CORE = AREAS["Core"]
# By which time of a record its list's `since` and `until` select.
SELECTED_BY = {
    "incidents": "created_at",
    "log_entries": "created_at",
    "notifications": "started_at",
    "change_events": "timestamp",
    "audit_records": "execution_time",
    "analytics_incidents": "created_at",
    "oncall_shifts": "start",
    "paused_incident_alerts": "since",
    "paused_incident_counts": "since",
    "analytics_incident_metrics": "range_start",
    "analytics_service_metrics": "range_start",
    "analytics_team_metrics": "range_start",
    "analytics_escalation_policy_metrics": "range_start",
    "analytics_responder_metrics": "range_start",
    "analytics_responder_team_metrics": "range_start",
    "analytics_pd_advance_usage": "range_start",
}
# Properties that every listed incident has.
INCIDENT = dict.fromkeys(LISTED)


@dataclass
class Request:
    url: str
    path: str
    params: dict
    headers: dict
    timeout: float
    method: str = "GET"
    body: dict | None = None

    @property
    def offset(self):
        """Where the page begins; the tokens of this account's pages are offsets."""
        sources = {**self.params, **(self.body or {})}
        names = ("offset", "cursor", "after", "starting_after")
        return int(next((sources[name] for name in names if name in sources), 0))

    @property
    def limit(self):
        """How many records a page has at most; 0 if it is not asked for in pages."""
        most = 1000 if self.body else 100
        return min(most, int((self.body or self.params).get("limit", 0)))

    @property
    def window(self):
        """The range of time that is asked for, in the query or in a body; None if none is."""
        if "since" in self.params:
            return self.params["since"], self.params["until"]
        filters = (self.body or {}).get("filters", {})
        ends = [value for name, value in filters.items() if name.endswith(("_start", "_end"))]
        return tuple(ends) if ends else None


def sample(schema, name=""):
    """Return a value for a schema: a record in which every field has one."""
    if schema.get("format") == "date-time":
        # What has a begin and an end lasts.
        return f"2024-05-31T{13 if name in {'end', 'until'} else 12}:00:00Z"
    if "items" in schema:
        return [sample(schema["items"])]
    if "properties" in schema:
        return {own: sample(field, own) for own, field in schema["properties"].items()}
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    (kind,) = {*kinds} - {"null"} if len(kinds) <= 2 else [None]
    samples = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {"x": 1}}
    return samples.get(kind)


@cache
def pattern(path):
    """Return what matches the paths that a stream asks for."""
    return re.compile(re.sub(r"{\w+}", r"[^/]+", path))


def _listed(value):
    return [value] if isinstance(value, str) else value


def stream_of(request):
    """Return the stream whose request this is, as its sheet has it; None if it is of none."""
    found = [
        stream
        for stream in STREAMS
        if getattr(stream, "method", "GET") == request.method
        and pattern(stream.path).fullmatch(request.path)
        and (
            stream.path != "/oncalls" or issubclass(stream, WindowedStream) == bool(request.window)
        )
    ]
    # What the path of another stream shows in more detail is asked for by name.
    asked = {*request.params.get("include[]", ())}
    found.sort(
        key=lambda stream: (
            stream.path.count("{"),
            len(asked ^ {*_listed(stream.params.get("include[]", ()))}),
        )
    )
    return found[0] if found else None


class Account:
    """What the API lists, and how it answers."""

    def __init__(self):
        self.now = datetime(2024, 6, 1, 12, tzinfo=timezone.utc)
        # By the name of the stream, or where it is of a parent, by the path.
        self.lists = {name: [] for name in NAMES}
        # Whether a list that is empty has a sample in place of nothing.
        self.has_samples = False
        # The status that the API answers to all requests of a stream, by its name.
        self.refusals = {}
        # Bodies that come first to the requests of a stream, by its name.
        self.bodies = defaultdict(list)
        self.requests = []
        # Answers given before the true ones, by path: see `plan`.
        self._plans = defaultdict(lambda: iter(()))
        # Called before each answer with the request; may change the account.
        self.before = lambda _: None
        self.until_inclusive = True
        self.ceiling = 10_000
        # The incident as a log entry embeds it.
        self.embed = dict
        self.headers = {}

    def plan(self, path, *answers):
        """Let ANSWERS come first: None (the true one), an exception, or a dictionary.

        That has `status`, `json` or `text` (of a refusal, else the API's own error), and `headers`,
        all optional; a surrogate in the text stands for a byte that is not UTF-8. A single
        iterator may stand for the answers.
        """
        self._plans[path] = iter(answers[0] if hasattr(answers[0], "__next__") else answers)

    def asked(self, path):
        """Return the requests for a path, in the order they came in."""
        return [request for request in self.requests if request.path == path]

    def asked_of(self, stream):
        """Return the requests of a stream, whatever their paths."""
        return [request for request in self.requests if stream_of(request) is stream]

    def at(self, **ago):
        """Return the time that lies so far before now, as the API writes it."""
        return (self.now - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def loaded(self, **ago):
        """Return the state of a run of all event streams that ended so far before now."""
        bookmarks = {
            stream.name: {
                "replication_key": stream.replication_key,
                "replication_key_value": self.at(**ago),
            }
            for stream in STREAMS
            if issubclass(stream, WindowedStream)
        }
        for name in ("incidents", "analytics_incidents"):
            bookmarks[name]["created_until"] = self.at(**ago)
        # What belongs to them has been read.
        for stream in STREAMS:
            if getattr(stream, "parent", None) and stream.parent.name in bookmarks:
                bookmarks[stream.name] = {}
        return {"bookmarks": bookmarks}

    def add_incident(self, number, created_at, **fields):
        incident = {
            **INCIDENT,
            "id": f"I{number}",
            "type": "incident",
            "incident_number": number,
            "status": "resolved",
            "created_at": created_at,
            "updated_at": created_at,
            **fields,
        }
        self.lists["incidents"].append(incident)
        return incident

    def add_entry(self, number, created_at, incident_id=None, **fields):
        entry = {
            "id": f"R{number}",
            "type": "annotate_log_entry",
            "created_at": created_at,
            "incident": incident_id and {"id": incident_id, "type": "incident_reference"},
            **fields,
        }
        self.lists["log_entries"].append(entry)
        return entry

    def answer(self, request, context):
        url = urlsplit(request.url)
        params = {
            name: values if name.endswith("[]") or len(values) > 1 else values[0]
            for name, values in parse_qs(url.query).items()
        }
        plain = urlunsplit((*url[:3], "", ""))
        seen = Request(plain, url.path, params, request.headers, request.timeout)
        seen.method, seen.body = request.method, json.loads(request.body or "null")
        self.requests.append(seen)
        self.before(seen)
        context.headers["Date"] = format_datetime(self.now, usegmt=True)
        context.headers.update(self.headers)
        planned = next(self._plans[url.path], None)
        if isinstance(planned, BaseException):
            raise planned
        if planned is None:
            context.status_code, body = self._truth(seen)
            context.reason = responses[context.status_code]
            return json.dumps(body).encode()
        context.headers.update(planned.get("headers", {}))
        context.status_code = planned.get("status", 200)
        context.reason = planned.get("reason", responses.get(context.status_code, ""))
        if "json" in planned:
            return json.dumps(_ended(planned["json"], seen)).encode()
        if "text" not in planned and context.status_code >= 400:
            return json.dumps({"error": {"code": 2100}}).encode()
        return planned.get("text", "").encode(errors="surrogateescape")

    def _truth(self, request):
        if found := re.fullmatch(r"/incidents/(\w+)", request.path):
            for incident in self.lists["incidents"]:
                if incident["id"] == found[1]:
                    return 200, {"incident": incident}
        stream = stream_of(request)
        if stream is None:
            return 404, {"error": {"message": "Not Found", "code": 2100}}
        if stream.name in self.refusals:
            return self.refusals[stream.name], {"error": {"code": 2100}}
        if self.bodies[stream.name]:
            return 200, _ended(self.bodies[stream.name].pop(0), request)
        if "offset" in request.params and request.offset + request.limit > self.ceiling:
            return 400, {
                "error": {
                    "message": "Arguments Caused Error",
                    "code": 2002,
                    "errors": ["Offset+limit exceeds maximum allowed value of 10000."],
                },
            }
        return 200, self._page(stream, request)

    def _page(self, stream, request):
        found = page = self._select(stream, request)
        if request.limit:
            page = found[request.offset : request.offset + request.limit]
        if stream.name == "log_entries" and "incidents" in request.params.get("include[]", ()):
            page = [self._embedding(entry) for entry in page]
        body = _body(stream, request, page)
        if stream.records_key == WHOLE_BODY:
            return body
        end = request.offset + len(page)
        more = end < len(found)
        return {
            **body,
            "limit": request.limit,
            "offset": request.offset,
            "more": more,
            "total": len(found) if request.params.get("total") == "true" else None,
            **dict.fromkeys(("next_cursor", "after", "last"), str(end) if more else None),
        }

    def _select(self, stream, request):
        name, params = stream.name, request.params
        found = self.lists.get(request.path, self.lists[name])
        if not found and self.has_samples:
            found = [sample_of(stream)]
        if not found and stream.nested and "{" not in stream.path:
            found = self.lists.get(request.path[1:], [])
        by = SELECTED_BY.get(name)
        # In both ways a range is required: the API would fill in a month. All are in UTC.
        if by and params.get("date_range") != "all" and request.window:
            since, until = request.window
            # Rows of whole days and months begin in the range, moments may end it.
            inclusive = self.until_inclusive and not stream.period
            found = [
                record
                for record in found
                if since <= record.get(by, since) < until or (inclusive and record[by] == until)
            ]
        elif after := (request.body or {}).get("filters", {}).get("updated_after"):
            found = [record for record in found if record["updated_at"] > after]
        elif by:
            assert params.get("date_range") == "all"
        if by:
            newest_first = name in {"log_entries", "audit_records"}
            found = sorted(found, key=lambda record: record.get(by, ""), reverse=newest_first)
        if statuses := params.get("statuses[]"):
            found = [record for record in found if record["status"] in statuses]
        return found

    def _embedding(self, entry):
        for incident in self.lists["incidents"]:
            if incident["id"] == (entry.get("incident") or {}).get("id"):
                return {**entry, "incident": self.embed(incident)}
        return entry


def sample_of(stream):
    """Return a record of a stream as the API sends it: without the columns that the tap adds."""
    added = {*stream.parent_columns, *stream.columns, *getattr(stream, "window_columns", ())}
    added |= {"_undocumented", *({"id"} if stream.id_columns else ())}
    record = sample(stream.schema)
    record = {name: value for name, value in record.items() if name not in added}
    if not stream.nested:
        return record
    enclosing = [record]
    for name in reversed(stream.nested.split(".")):
        enclosing = {name: enclosing}
    return {"id": "text", **enclosing}


def _ended(body, request):
    """Return the BODY of a page; unless it says so itself, it is the last one."""
    if "offset" in request.params and isinstance(body, dict):
        return {"more": False, **body}
    return body


def _body(stream, request, page):
    """Return the records of a page as they stand in an answer of the stream's endpoint."""
    key = stream.records_key or stream.name
    if stream.name == "entity_tags":
        key = request.path.rpartition("/")[2]
        page = [{"id": f"{key}-1"} for _ in page]
    if stream.name == "abilities":
        page = [record["name"] for record in page]
    if key == WHOLE_BODY:
        return page[0] if page else {}
    return {key: page}
