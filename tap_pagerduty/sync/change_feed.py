"""The change feed of incidents: which of them are new, open or changed since the last run."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_pagerduty.api.pagination import LIST, CeilingError, Page
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.sync.filter_exits import FilterExits

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tap_pagerduty.records import Record
    from tap_pagerduty.sync.windowed import WindowedStream

# How far before its position the feed of log entries starts: an entry may be listed a little late.
FEED_OVERLAP = timedelta(minutes=5)


class ChangeFeed:
    """The incidents that a run has to emit.

    `since` and `until` of `GET /incidents` select by creation, and no list is by change. But each
    change writes a log entry, and a log entry can embed its incident in its current state. So:

    1. `created_until` in the state is the position among the incidents by creation. The run lists
       those created since, window by window, and moves it; `incident_lookback_days` lists some
       days before it again.
    2. It lists all open incidents, whenever they were created: what changes without a log entry
       is caught while the incident is open.
    3. The bookmark is the position among the log entries. The run lists those since, less
       `FEED_OVERLAP`, emits the incidents in them, window by window, and moves it.
    4. An embedded incident that has fewer properties than listed ones is read again, alone.
    5. An incident that the run has emitted with the same or a later `updated_at` is not repeated.
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
        self._completeness = Completeness(listed_fields)
        # Which incidents are due that the API has not filtered; None without filters.
        self._filter_exits: FilterExits | None = None

    def records(self) -> Iterator[Record]:
        """Yield the incidents that are due, and move the positions in the stream's state."""
        stream, sync_range = self._stream, self._stream.sync_range
        now, start, end = sync_range.run_started_at, sync_range.start, sync_range.end()
        if stream.replication_method != REPLICATION_INCREMENTAL:
            yield from self._created(start, end)
            return
        state = stream.stream_state
        changed_since = instant(state.setdefault("replication_key_value", isoformat(now)))
        created_since = instant(state["created_until"]) if "created_until" in state else start
        if stream.config.get("start_date"):
            created_since = max(created_since, start)
        if stream.filter_params:
            changes = changed_since - FEED_OVERLAP
            self._filter_exits = FilterExits(stream.config, state, changes, end)
        # A run that is killed may have loaded incidents that no other position covers. If
        # the next one has filters, it has to know.
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
            yield from self._changed(changed_since - FEED_OVERLAP, now)

    def _log_what_is_read(self, created_since: datetime, feed_start: datetime | None) -> None:
        since = f"Reading incidents created since {isoformat(created_since)}"
        if feed_start:
            self._stream.log(
                "%s, changed since %s, or open; others are loaded already.",
                since,
                isoformat(feed_start),
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
        requests = (stream.list_request(window) for window in stream.windows(start, end))
        if not filtered:
            requests = (replace(request, params=stream.params) for request in requests)
        for window, records in stream.read_windows(requests):
            is_recent = bool(feed_start and window.until > feed_start - FEED_OVERLAP)
            due = records if filtered else filter(self._is_due, records)
            listed = self._listed(due, is_recent=is_recent)
            yield from stream.child_readers.read_with(listed)
            stream.bookmark(created_until=window.until)

    def _listed(self, records: Iterable[Record], *, is_recent: bool) -> Iterator[Record]:
        """Yield listed incidents; note the open ones and, if IS_RECENT, the others as well."""
        for record in records:
            if is_recent or record.get("status") != "resolved":
                self._completeness.learn(record)
                self._emitted.add(record)
            yield record

    def _open(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents that are open now, whenever they were created."""
        stream = self._stream
        params = {**stream.params, "statuses[]": ["triggered", "acknowledged"]}
        request = replace(stream.list_request(), params=params, paginator=LIST, peek=None)
        try:
            records = stream.read_list(replace(request, params={**params, "date_range": "all"}))
        except CeilingError:
            requests = (replace(request, window=window) for window in stream.windows(start, end))
            windows = stream.read_windows(requests)
            records = chain.from_iterable(records for _, records in windows)
        for record in records:
            self._completeness.learn(record)
            if self._is_due(record):
                yield from self._unless_emitted(record)

    def _changed(self, start: datetime, end: datetime) -> Iterator[Record]:
        """Yield the incidents that the log entries of a range are about."""
        stream = self._stream
        feed = PageRequest(
            "/log_entries",
            "log_entries",
            {"time_zone": "UTC", "include[]": ["incidents"]},
            stream.paginator,
            stream.paginator.first_page(),
        )
        requests = (replace(feed, window=window) for window in stream.windows(start, end))
        for window, entries in stream.read_windows(requests):
            yield from stream.child_readers.read_with(self._embedded(entries))
            stream.bookmark(replication_key_value=window.until)

    def _embedded(self, entries: Iterable[Record]) -> Iterator[Record]:
        """Yield the incidents in these log entries; those with too few properties read alone."""
        incomplete: dict[str, set[str]] = {}
        for entry in entries:
            record, kind = entry.get("incident"), entry.get("type") or ""
            if not record or not self._is_due(record, {kind}):
                continue
            if self._completeness.has(record):
                yield from self._unless_emitted(record)
            elif not self._emitted.has(record):
                incomplete.setdefault(record["id"], set()).add(kind)
        yield from self._read_alone(incomplete)

    def _read_alone(self, entries: dict[str, set[str]]) -> Iterator[Record]:
        """Yield incidents, a request for each; ENTRIES are the types of log entries by their id."""
        stream = self._stream
        requests = (
            PageRequest(f"/incidents/{i}", "incident", {}, stream.paginator, Page({}), parent={})
            for i in entries
        )
        for response in stream.read_pages(requests):
            if response.refusal_message:
                stream.log("A changed incident is closed to the key: %s", response.refusal_message)
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


class EmittedIncidents:
    """The incidents that a run has emitted and may meet again, with their `updated_at`."""

    def __init__(self) -> None:
        """Start with none."""
        self._updated_at: dict[str, str] = {}

    def add(self, record: Record) -> None:
        """Note that the incident is emitted as it is here."""
        if updated_at := record.get("updated_at"):
            self._updated_at[record["id"]] = updated_at

    def has(self, record: Record) -> bool:
        """Return whether the incident was emitted with the same or a later `updated_at`."""
        updated_at, known = record.get("updated_at"), self._updated_at.get(record["id"])
        if not updated_at or not known:
            return False
        return bool(updated_at == known or instant(updated_at) <= instant(known))

    def has_id(self, incident_id: str) -> bool:
        """Return whether the incident was emitted, whatever it was like."""
        return incident_id in self._updated_at


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
