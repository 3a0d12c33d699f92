"""The change feed of incidents: which of them are new, open or changed since the last run."""

from __future__ import annotations

import logging
import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import LIST, CeilingError, Page
from tap_pagerduty.api.requests import PageRequest, is_id, path_of
from tap_pagerduty.records.timestamps import instant, isoformat, utc
from tap_pagerduty.reporting.formatting import count
from tap_pagerduty.sync.filter_exits import FilterExits
from tap_pagerduty.sync.refused_parents import RefusedParents
from tap_pagerduty.sync.state import POSITIONS, RECENT

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tap_pagerduty.records import Record
    from tap_pagerduty.sync.windowed import WindowedStream

# When PagerDuty was founded: no incident is older.
FIRST_DAY = datetime(2009, 1, 1, tzinfo=timezone.utc)
# Incidents that the state remembers as emitted, at most.
MOST_REMEMBERED = 1000


class ChangeFeed:
    """The incidents that a run has to emit.

    `since` and `until` of `GET /incidents` select by creation, and no list is by change. But each
    change writes a log entry, and a log entry can embed its incident in its current state. So:

    1. `created_until` in the state is the position among the incidents by creation. The run lists
       those created since, less the overlap, window by window, and moves it;
       `incident_lookback_days` lists some days before it again.
    2. It lists all open incidents, whenever they were created: what changes without a log entry
       is caught while the incident is open.
    3. The bookmark is the position among the log entries. The run lists those since, less
       the overlap, emits the incidents in them, window by window, and moves it.
    4. An embedded incident that has fewer properties than listed ones is read again, alone.
    5. An incident that the run has emitted with the same or a later `updated_at` is not repeated.
       Nor is one, or replaced by an older version, that an earlier run has emitted, as long as
       the state remembers it: until the overlap is past its `updated_at`.
    6. A first load needs no log entries. It sets the bookmark to its own start, so that the next
       run reads the changes since, even if this one is interrupted and resumes days later.
    7. With filters, incidents from steps 3 and 4, and from the look-back, have not been filtered
       by the API; `FilterExits` says which are due.
    8. A slice (`end_date`) reads what was created in it only. Changes are left to the run that
       resumes from its state.
    """

    def __init__(self, stream: WindowedStream, listed_fields: Collection[str]) -> None:
        """Take the stream of incidents, and the properties that a listed one has at least."""
        self._stream = stream
        self._emitted = EmittedIncidents()
        # From where on in time a version may be superseded by what is listed late; UTC, text.
        self._overlap_start = ""
        # Where the part begins that no earlier run has read.
        self._unread_since: datetime | None = None
        self._completeness = Completeness(listed_fields)
        # The changed incidents that the API has refused to show.
        self._refused = RefusedParents()
        # Which incidents are due that the API has not filtered; None without filters.
        self._filter_exits: FilterExits | None = None
        # Incidents in log entries whose id cannot stand in a path.
        self._without_id = 0

    def records(self) -> Iterator[Record]:
        """Yield the incidents that are due, and move the positions in the stream's state."""
        stream, sync_range = self._stream, self._stream.sync_range
        now, start, end = sync_range.run_started_at, sync_range.start, sync_range.end()
        if stream.replication_method != REPLICATION_INCREMENTAL:
            if "created_until" in stream.stream_state:
                # A child stream that this run is the first to read may not come to its end.
                stream.unread_parents.start(
                    instant(stream.stream_state["created_until"]),
                    stream.bookmarks["replication_key_value"],
                    stream.bookmarks["loaded_since"] or start,
                )
            yield from self._created(start, end)
            return
        state = stream.stream_state
        is_resumed = "created_until" in state
        created_since = stream.resume_at("created_until")
        changed_since = min(now, instant(state.setdefault("replication_key_value", isoformat(now))))
        self._overlap_start = isoformat(now - stream.overlap)
        self._unread_since = changed_since
        self._emitted = EmittedIncidents(_remembered(state))
        if stream.filter_params:
            changes = changed_since - stream.overlap
            self._filter_exits = FilterExits(stream.config, state, changes, end)
        # A run that is killed may have loaded incidents that no other position covers. If
        # the next one has filters, it has to know.
        stream.unread_parents.start(
            min(created_since, start) if stream.has_gap else created_since,
            changed_since,
            stream.bookmarks.loaded_since if is_resumed else None,
        )
        self._refused.remember_in(state)
        stream.bookmark(seen_until=end)
        if sync_range.is_slice:
            yield from self._created(created_since, end)
            return
        is_first_load = changed_since >= now
        feed_start = None if is_first_load else changed_since
        self._log_what_is_read(created_since, feed_start)
        lookback = timedelta(days=stream.config["incident_lookback_days"])
        first = min(created_since, max(start, now - lookback))
        if self._filter_exits and first < created_since:
            yield from self._created(first, created_since, changed_since, filtered=False)
            first = created_since
        yield from self._created(first, now, feed_start)
        yield from stream.child_readers.read_with(self._open(start, now))
        if not is_first_load:
            yield from self._changed(changed_since - stream.overlap, now)
            self._report_left_out()
        self._remember(now)
        yield from stream.read_gap()
        stream.unread_parents.read(
            lambda since: self._created_parents(since, created_since),
            lambda since: self._changed_parents(since, changed_since),
            stream.bookmark,
        )

    def _created_parents(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, Iterable[Record]]]:
        """Yield, by window, the incidents created in a range, for their children."""
        stream = self._stream
        requests = (stream.list_request(window) for window in stream.windows(start, end))
        for window, records in stream.read_windows(requests):
            yield window.until, records

    def _changed_parents(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, Iterable[Record]]]:
        """Yield, by window, the incidents that changed in a range, for their children."""
        stream = self._stream
        start -= stream.overlap
        for window, entries in stream.read_windows(self._feed(start, end)):
            found = {
                incident["id"]: incident
                for entry in entries
                if isinstance(incident := entry.get("incident"), dict)
                and is_id(incident.get("id"))
                and self._is_due(incident, {entry.get("type") or ""})
            }
            yield window.until, found.values()

    def _report_left_out(self) -> None:
        if self._without_id:
            self._stream.log(
                "Left out %s whose id cannot be one (empty, or no text).",
                count(self._without_id, "changed incident"),
                level=logging.WARNING,
            )
        if messages := self._refused.messages:
            self._stream.log(
                "%s that changed cannot be read (%s); the next run tries again.",
                count(len(messages), "incident"),
                messages[0],
                level=logging.WARNING,
            )

    def first_requests(self, state: dict[str, t.Any]) -> list[PageRequest]:
        """Return the requests that `records` will start with, by a copy of the STATE."""
        stream, sync_range = self._stream, self._stream.sync_range
        now, start, end = sync_range.run_started_at, sync_range.start, sync_range.end()
        if stream.replication_method != REPLICATION_INCREMENTAL:
            return list(self._lists(start, end))
        created_since = stream.expected_start(state, "created_until")
        if sync_range.is_slice:
            return list(self._lists(created_since, end))
        changed_since = min(now, instant(state.get("replication_key_value") or isoformat(now)))
        lookback = timedelta(days=stream.config["incident_lookback_days"])
        first = min(created_since, max(start, now - lookback))
        requests: list[PageRequest] = []
        if stream.filter_params and first < created_since:
            requests += self._lists(first, created_since, filtered=False)
            first = created_since
        requests += [*self._lists(first, now), self._open_list()]
        if changed_since < now:
            requests += self._feed(changed_since - stream.overlap, now)
        return requests

    def _remember(self, now: datetime) -> None:
        """Note in the state what the next run may meet again, if the log entries are done."""
        state = self._stream.stream_state
        if not self._stream.outcome.is_complete:
            return
        recent = self._emitted.between(self._overlap_start, isoformat(now))
        known = state.pop(RECENT, {})
        if recent:
            state[RECENT] = recent
        if recent != known:
            self._stream.bookmark()

    def _log_what_is_read(self, created_since: datetime, feed_start: datetime | None) -> None:
        since = f"Reading incidents created since {isoformat(created_since)}"
        if feed_start:
            self._stream.log(
                "%s, changed since %s, or open%s.",
                since,
                isoformat(feed_start),
                "" if self._stream.has_gap else "; others are loaded already",
            )
        else:
            self._stream.log("%s, or open.", since)

    def _created(
        self,
        start: datetime,
        end: datetime,
        feed_start: datetime | None = None,
        *,
        filtered: bool = True,
    ) -> Iterator[Record]:
        """Yield the incidents created in a range; note those that the feed will show again.

        FEED_START is the position among the log entries, if the run reads them. Unless the list
        is to be FILTERED, the API filters nothing.
        """
        stream = self._stream
        requests = self._lists(start, end, filtered=filtered)
        for window, records in stream.read_windows(requests):
            is_recent = bool(feed_start and window.until > feed_start - stream.overlap)
            due = records if filtered else filter(self._is_due, records)
            listed = self._listed(due, is_recent=is_recent)
            yield from stream.child_readers.read_with(listed)
            stream.bookmark(created_until=window.until)

    def _lists(
        self, start: datetime, end: datetime, *, filtered: bool = True
    ) -> Iterator[PageRequest]:
        """Yield the requests for the incidents created in a range; see `_created`."""
        for window in self._stream.windows(start, end):
            request = self._stream.list_request(window)
            yield request if filtered else replace(request, params=self._stream.params)

    def _listed(self, records: Iterable[Record], *, is_recent: bool) -> Iterator[Record]:
        """Yield listed incidents; note the open ones and, if IS_RECENT, the others as well."""
        for record in records:
            updated_at = record.get("updated_at") or changed_at(record)
            if is_recent or record.get("status") != "resolved" or updated_at > self._overlap_start:
                self._completeness.learn(record)
                if self._emitted.has_before(record):
                    continue
                self._emitted.add(record)
            yield record

    def _open(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents that are open now, whenever they were created."""
        stream, request = self._stream, self._open_list()
        try:
            records = stream.read_list(request)
        except CeilingError:
            # Also those created before `start_date`, as the full list has them.
            start = min(start, FIRST_DAY)
            params = {name: each for name, each in request.params.items() if name != "date_range"}
            request = replace(request, params=params)
            requests = (replace(request, window=window) for window in stream.windows(start, end))
            windows = stream.read_windows(requests)
            records = chain.from_iterable(records for _, records in windows)
        for record in records:
            self._completeness.learn(record)
            if self._is_due(record):
                yield from self._unless_emitted(record)

    def _open_list(self) -> PageRequest:
        """Return the request for the open incidents, whenever they were created."""
        params = {
            **self._stream.params,
            "statuses[]": ["triggered", "acknowledged"],
            "date_range": "all",
        }
        return replace(self._stream.list_request(), params=params, paginator=LIST, peek=None)

    def _changed(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents that the log entries of a range are about."""
        stream = self._stream
        for window, entries in stream.read_windows(self._feed(start, end)):
            yield from stream.child_readers.read_with(self._embedded(entries))
            stream.bookmark(replication_key_value=window.until)
        if self._refused.earlier:
            ids: dict[str, set[str]] = {columns["id"]: set() for columns in self._refused.earlier}
            yield from stream.child_readers.read_with(self._read_alone(ids))
            stream.bookmark()

    def _feed(self, start: datetime, end: datetime) -> Iterator[PageRequest]:
        """Yield the requests for the log entries of a range, each with its incident."""
        stream = self._stream
        feed = PageRequest(
            "/log_entries",
            "log_entries",
            {"time_zone": "UTC", "include[]": ["incidents"]},
            stream.paginator,
            stream.paginator.first_page(),
        )
        for window in stream.windows(start, end):
            yield replace(feed, window=window)

    def _embedded(self, entries: Iterable[Record]) -> Iterator[Record]:
        """Yield the incidents in these log entries; those with too few properties read alone."""
        incomplete: dict[str, set[str]] = {}
        for entry in entries:
            record, kind = entry.get("incident"), entry.get("type") or ""
            if not record:
                continue
            if not isinstance(record, dict) or not is_id(record.get("id")):
                self._without_id += 1
                continue
            if not self._is_due(record, {kind}):
                continue
            if self._is_repeated(entry) and self._emitted.has_before(record):
                continue
            if self._completeness.has(record):
                yield from self._unless_emitted(record)
            elif not self._emitted.has(record):
                incomplete.setdefault(record["id"], set()).add(kind)
        yield from self._read_alone(incomplete)

    def _is_repeated(self, entry: Record) -> bool:
        """Return whether a log entry is of the overlap, so that an earlier run may have read it."""
        at = entry.get("created_at")
        return bool(at and self._unread_since and instant(at) < self._unread_since)

    def _read_alone(self, entries: dict[str, set[str]]) -> Iterator[Record]:
        """Yield incidents, a request for each; ENTRIES are the types of log entries by their id."""
        stream = self._stream
        requests = (
            PageRequest(
                t.cast("str", path_of("/incidents/{id}", {"id": own})),  # each is an id
                "incident",
                {},
                stream.paginator,
                Page({}),
                parent={"id": own},
            )
            for own in entries
        )
        for response in stream.read_pages(requests):
            columns = response.request.parent or {}
            if response.refusal_message:
                self._refused.add(columns, response.refusal_message)
            else:
                self._refused.remove(columns)
            for record in response.records:
                if self._is_due(record, entries.get(record["id"], ())):
                    yield from self._unless_emitted(record)

    def _is_due(self, record: Record, entries: Collection[str] = ()) -> bool:
        """Return whether an incident is due that the API has not filtered; see `FilterExits`."""
        return (
            self._filter_exits is None
            or self._emitted.has_id(record["id"])
            or self._filter_exits.is_due(record, entries)
        )

    def _unless_emitted(self, record: Record) -> Iterator[Record]:
        """Yield the incident, unless the run has emitted it as it is, or later."""
        if not self._emitted.has(record):
            self._emitted.add(record)
            yield record


def _remembered(state: Mapping[str, t.Any]) -> Mapping[str, str]:
    """Return the incidents that the STATE remembers; none if its positions were set back."""
    recent: Mapping[str, str] = state.get(RECENT) or {}
    reached = min((state[name] for name in POSITIONS if name in state), default="")
    return recent if all(at < reached for at in recent.values()) else {}


class EmittedIncidents:
    """The incidents that were emitted and may be met again, with the time of their last change."""

    def __init__(self, before: Mapping[str, str] | None = None) -> None:
        """Take those that earlier runs have emitted BEFORE, as `between` returned them."""
        self._updated_at: dict[str, str] = {}
        self._before = dict(before or {})

    def add(self, record: Record) -> None:
        """Note that the incident is emitted as it is here."""
        if updated_at := changed_at(record):
            self._updated_at[record["id"]] = updated_at

    def has(self, record: Record) -> bool:
        """Return whether this run has emitted the same or a later version, or one before a later.

        What an earlier run has emitted may have changed within the second.
        """
        updated_at, own = changed_at(record), record["id"]
        known, before = self._updated_at.get(own), self._before.get(own)
        if not updated_at:
            return False
        if known and (updated_at == known or instant(updated_at) <= instant(known)):
            return True
        return bool(before and instant(updated_at) < instant(before))

    def has_before(self, record: Record) -> bool:
        """Return whether an earlier run has emitted the same or a later version."""
        updated_at, before = changed_at(record), self._before.get(record["id"])
        return bool(updated_at and before and instant(updated_at) <= instant(before))

    def has_id(self, incident_id: str) -> bool:
        """Return whether the incident was emitted, whatever it was like."""
        return incident_id in self._updated_at

    def between(self, since: str, until: str) -> dict[str, str]:
        """Return the latest of those last changed in a range of time (UTC, as texts), by id.

        UNTIL is the start of the run: in the second in which a version was read, others may follow.
        """
        everything = {**self._before, **self._updated_at}
        found = sorted(
            (utc(updated_at), own)
            for own, updated_at in everything.items()
            if since < utc(updated_at) < until
        )
        return {own: updated_at for updated_at, own in found[-MOST_REMEMBERED:]}


def changed_at(incident: Record) -> str:
    """Return when an incident last changed, as far as it says; empty if it does not.

    PagerDuty does not promise `updated_at`, and older incidents have none.
    """
    names = ("updated_at", "last_status_change_at", "created_at")
    return next((found for name in names if (found := incident.get(name))), "")


class Completeness:
    """Which properties an embedded incident has to have to be emitted as a listed one.

    An account may lack some that others have; then the listed ones lack them, too.
    """

    def __init__(self, listed_fields: Collection[str]) -> None:
        """Take the properties that a listed incident has at least."""
        self._expected = set(listed_fields)

    def learn(self, listed: Record) -> None:
        """Expect no property that a listed incident lacks."""
        if not self.has(listed):
            self._expected &= listed.keys()

    def has(self, record: Record) -> bool:
        """Return whether an incident has all expected properties."""
        return record.keys() >= self._expected
