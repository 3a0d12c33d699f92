"""The check before a run: who signs in, what can be read, what a first load takes."""

from __future__ import annotations

import math
import sys
import typing as t
from dataclasses import dataclass, replace
from http import HTTPStatus

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty.api import errors
from tap_pagerduty.api.errors import RETRIED, STOPPING
from tap_pagerduty.api.pagination import CEILING, PAGE_SIZE, WHOLE, CeilingError, Page
from tap_pagerduty.api.prefetch import Source
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.records.timestamps import isoformat, whole_second
from tap_pagerduty.records.web_addresses import host_of
from tap_pagerduty.reporting.formatting import count
from tap_pagerduty.reporting.printable import printable
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.filter_ids import unknown_ids

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk import Tap

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.records import Record
    from tap_pagerduty.sync.client import PagerDutyStream

# Seconds: a check waits less for a response, and for faults to pass, than a run does.
REQUEST_TIMEOUT = 15
RETRY_TIMEOUT = 5
# Seconds below which seconds are printed, and minutes from which hours are.
SHORT = 100
LONG = 180
# Parents for which the requests of a child stream are counted; of more, they are worked out.
SAMPLE = 100


class Finding:
    """What the first requests of a stream have shown of it."""

    def __init__(self, stream: PagerDutyStream) -> None:
        """Begin with nothing."""
        self.stream = stream
        # Why it cannot be read; empty if it can, or has not been tried.
        self.problem = ""
        self.is_tried = False
        # What a first load takes; None where there is no telling. If not COMPLETE, it is more.
        self.records: int | None = 0
        self.requests: int | None = 0
        self.complete = True
        # A record, on which child streams are tried.
        self.example: Record | None = None

    @property
    def row(self) -> tuple[str, str, str]:
        """What is printed of it: name, records, requests."""
        name = self.stream.name if self.stream.selected else f"({self.stream.name})"
        more = "" if self.complete else "+"
        numbers = (self.records, self.requests)
        return (name, *("?" if each is None else f"{each:,}{more}" for each in numbers))  # type: ignore[return-value]

    def count(self, request: PageRequest, response: PageResponse) -> None:
        """Add the list that REQUEST starts, of which RESPONSE has shown the first records.

        Raises:
            CeilingError: it holds more than the API lets one page through.
            ValueError: the same, of a window.
        """
        shown = len(response.records)
        if response.total:
            records, requests = response.total, _pages(request, response.total)
        else:
            further = request.paginator.next_pages(response.request.page, response.body, shown)
            records, requests = shown, 1 + len(further)
            self.complete = self.complete and not further
        self.records = None if self.stream.nested else (self.records or 0) + records
        self.requests = (self.requests or 0) + requests

    def estimate(self, parent: Finding) -> None:
        """Take from what is known of its parents what a child stream takes."""
        if parent.problem:
            self.problem = f"{parent.stream.name} cannot be read"
        self.complete = parent.complete
        if parent.records == 0:
            return
        self.records = self.requests = None
        if parent.records and parent.example:
            sample = min(parent.records, SAMPLE)
            requests = t.cast("ChildStream", self.stream).child_requests([parent.example] * sample)
            self.requests = sum(1 for _ in requests) * parent.records // sample


@dataclass(frozen=True)
class Probe:
    """A request that shows whether a stream can be read, and how much there is of it.

    REQUEST is what a run would send, `small` what is sent.
    """

    finding: Finding
    request: PageRequest

    @property
    def counts(self) -> bool:
        """Whether the API reports how much there is."""
        return "total" in self.request.page.params

    @property
    def small(self) -> PageRequest:
        """The request for a single record, if the response counts the others."""
        if not self.counts:
            return self.request
        return replace(self.request, page=Page({**self.request.page.params, "limit": 1}))

    def fetch(self) -> PageResponse | str:
        """Return the response, or why there is none.

        Raises:
            Exception: one of `STOPPING`.
        """
        stream = self.finding.stream
        try:
            response = stream.fetch(self.small)
        except SkippableAPIError as error:
            return stream.outcome.missing_access_message(str(error))
        except errors.NotFoundError as error:
            return stream.outcome.missing_feature_message(str(error))
        except (FatalAPIError, RetriableAPIError, *RETRIED) as error:
            return errors.describe(error)
        if response.refusal_message:
            return stream.outcome.missing_access_message(response.refusal_message)
        return response


class Preflight:
    """A check of a tap's settings and selection, by about one request for each stream."""

    def __init__(self, tap: Tap, connection: Connection) -> None:
        """Take the tap, with its catalog, and what its streams share."""
        self._connection = connection
        connection.limit_timeouts(REQUEST_TIMEOUT, RETRY_TIMEOUT)
        streams = t.cast("dict[str, PagerDutyStream]", tap.streams).values()
        self._findings = {
            each.name: Finding(each)
            for each in streams
            if each.path and (each.selected or each.has_selected_descendents)
        }
        # Makes the requests that are no stream's: it has no budget of its own.
        self._plain = next(each for each in streams if not each.budget)
        self._user: Record = {}
        # What to say of ids that the settings filter by, and the account does not have.
        self._unknown: list[str] = []
        self._credentials: str = connection.authenticator.kind

    def run(self) -> str:
        """Send the requests and print the result; return what stops a run, or nothing."""
        if not self._findings:
            return "No stream is selected."
        try:
            self._sign_in()
            self._unknown = list(unknown_ids(self._plain))
            source = Source(Probe.fetch, self._next_probes)
            for _ in self._connection.look_ahead.walk(source, self._probes()):
                pass
        except STOPPING as error:
            return self._plain.outcome.stop_message(error)
        except RETRIED:
            return self._connection.unreachable_message
        for finding in self._findings.values():
            if not isinstance(finding.stream, ChildStream):
                self._estimate_children(finding)
        for line in [*self._heading(), "", *self._table(), "", *self._summary()]:
            sys.stdout.write(f"{printable(line)}\n")
        return ""

    @property
    def passed(self) -> bool:
        """Whether all that is selected can be read, and the settings filter by what there is."""
        return not (self._unknown or any(each.problem for each in self._findings.values()))

    # -- Requests

    def _sign_in(self) -> None:
        """Find out whose credentials these are.

        Those of an account are nobody's: "Get the current user" (`GET /users/me`) refuses
        them (400).
        """
        try:
            response = self._plain.fetch(PageRequest("/users/me", "user", {}, WHOLE, Page({})))
            self._user = response.records[0]
        except FatalAPIError as error:
            if str(error).startswith(str(HTTPStatus.BAD_REQUEST.value)):
                self._credentials += " of the account"
        except (SkippableAPIError, RetriableAPIError):
            pass

    def _probes(self) -> Iterator[Probe]:
        """Yield the first probes of the streams that are not child streams.

        Where the API counts, all lists of a first load are counted. Where it does not, only
        the latest is tried.
        """
        for finding in self._findings.values():
            if isinstance(finding.stream, ChildStream):
                continue
            probes = [Probe(finding, request) for request in finding.stream.first_load_requests()]
            if probes and not probes[0].counts:
                finding.complete = len(probes) == 1
                finding.requests = len(probes) - 1
                probes = probes[-1:]
            yield from probes

    def _next_probes(self, probe: Probe, result: PageResponse | str) -> Iterator[Probe]:
        """Take the result of a probe, and yield the probes of the stream's children."""
        finding, stream = probe.finding, probe.finding.stream
        finding.is_tried = True
        if isinstance(result, str):
            finding.problem = result
            return
        if not isinstance(stream, ChildStream):
            try:
                finding.count(probe.request, result)
            except (CeilingError, ValueError) as error:
                finding.problem = str(error)
                return
        row = next(iter(stream.unnested(result.records)), None)
        if finding.example or not row:
            return
        finding.example = {**row, **(probe.request.parent or {})}
        for child in t.cast("Iterable[ChildStream]", stream.child_readers):
            request = next(iter(child.child_requests([finding.example])), None)
            if request:
                yield Probe(self._findings[child.name], request)

    def _estimate_children(self, parent: Finding) -> None:
        for child in t.cast("Iterable[ChildStream]", parent.stream.child_readers):
            finding = self._findings[child.name]
            finding.estimate(parent)
            self._estimate_children(finding)

    # -- What is printed

    def _heading(self) -> list[str]:
        connection, config = self._connection, self._plain.config
        examples = (finding.example for finding in self._findings.values())
        hosts = [host_of(record) for record in (self._user, *examples) if record]
        account = next(
            filter(None, hosts), config.get("subdomain") or "unknown: no record shows it"
        )
        region = "" if config.get("api_url") else f"{config['region'].upper()} region, "
        who = self._credentials
        if self._user:
            who += f" of the user {self._user.get('name')} ({self._user.get('role')})"
        limit, left = connection.rate_limiter.limit, connection.rate_limiter.remaining
        rate = (
            "not reported" if limit is None else f"{limit:,} requests a minute, {left:,} left now"
        )
        sync_range = self._plain.sync_range
        start = isoformat(whole_second(sync_range.start))
        why = "`start_date`" if config.get("start_date") else "no `start_date` is set: a year ago"
        if sync_range.is_slice:
            start, why = (
                f"{start} to {isoformat(sync_range.end())}",
                f"{why}, `end_date`",
            )
        return [
            f"Account      {account} ({region}{connection.url})",
            f"Signed in    with the {who}",
            f"Rate limit   {rate}",
            f"First load   from {start} ({why})",
        ]

    def _table(self) -> list[str]:
        found = [each for each in self._findings.values() if not each.problem]
        rows = [("Stream", "Records", "Requests"), *(each.row for each in found)]
        first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
        return [
            f"{name:{first}}  {records:>{second}}  {requests:>{third}}"
            for name, records, requests in rows
        ]

    def _summary(self) -> Iterator[str]:
        """Yield what cannot be read and why, and how long the rest takes."""
        found = self._findings.values()
        selected = [each for each in found if each.stream.selected]
        problems = [each for each in found if each.problem]
        untried = [each.stream.name for each in found if not (each.problem or each.is_tried)]
        readable = [each for each in selected if not each.problem]
        if self._unknown:
            yield from (*self._unknown, "")
        if problems:
            yield "Cannot be read:"
            yield from (f"  {each.stream.name}: {each.problem}" for each in problems)
            yield ""
        if untried:
            yield f"Not tried, because their parents have no records: {', '.join(untried)}."
        if any("?" in each.row for each in readable):
            yield "`?` means: PagerDuty reports no count."
        if not all(each.complete for each in readable):
            yield "`+` means: or more."
        many = f"{len(readable)} of" if problems else "All" if len(selected) > 1 else "The"
        yield f"{many} {count(len(selected), 'selected stream')} can be read."
        if not readable:
            return
        requests = sum(each.requests or 0 for each in found if not each.problem)
        counted = [each.records for each in readable if each.records is not None]
        exact = all(each.complete and each.requests is not None for each in readable)
        records = f", for {count(sum(counted), 'record')}" if counted else ""
        others = " and those not counted" if counted and len(counted) < len(readable) else ""
        about = "about" if exact else "at least"
        time = _duration(requests / self._connection.rate_limiter.long_term_rate)
        yield (
            f"A first load takes {about} {count(requests, 'request')}, or {time} at the pace of "
            f"the rate limit{records}{others}."
        )


def _pages(request: PageRequest, total: int) -> int:
    """Return the requests for a list of TOTAL records.

    Raises:
        CeilingError: it holds more than the API lets one page through.
        ValueError: the same, of a window, however it is cut.
    """
    if request.window and total > CEILING:  # is cut to parts first
        length = request.window.until - request.window.since
        if total > CEILING * length.total_seconds():
            msg = f"PagerDuty counts {total:,} records from {request.window}, more than it lists"
            raise ValueError(msg)
        parts = len(request.window.split(total))
        return 1 + parts * -(-total // (parts * PAGE_SIZE))
    return 1 + len(
        request.paginator.next_pages(request.page, {"total": total}, min(total, PAGE_SIZE))
    )


def _duration(seconds: float) -> str:
    """Return a duration for people, rounded up."""
    if seconds < SHORT:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes < LONG else f"{math.ceil(minutes / 60)} hours"
