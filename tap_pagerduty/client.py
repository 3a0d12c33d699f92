"""Base classes of the streams: a list read whole, and a list read in time windows."""

from __future__ import annotations

import logging
import sys
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property
from http import HTTPStatus

import backoff
import requests
from singer_sdk import RESTStream
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.streams.rest import HTTPRequest, PageContext

from tap_pagerduty import answers
from tap_pagerduty.answers import CredentialsError, NotFoundError
from tap_pagerduty.output import Writer
from tap_pagerduty.pagination import CeilingError, OffsetPaginator, Page, Paginator
from tap_pagerduty.prefetch import look_ahead
from tap_pagerduty.times import Normaliser, normaliser

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from backoff.types import Details
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib.catalog import Catalog
    from singer_sdk.tap_base import Tap

    from tap_pagerduty.connection import Connection
    from tap_pagerduty.windows import Window

Record = dict[str, t.Any]
Body = dict[str, t.Any]

# Seconds: the longest wait between two tries of a request.
LONGEST_WAIT = 60
# Readings of a list that keeps shifting, or of a window that comes short.
READINGS = 5
# Faults of the connection after which a request is made again.
RETRIED = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass(frozen=True)
class Call:
    """One request: a page of a path, within a time window where it has one."""

    path: str
    records_key: str
    params: Mapping[str, t.Any]
    paginator: Paginator
    page: Page
    window: Window | None = None
    # Whether the resource may be gone: a 404 is then an answer without records.
    may_be_gone: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back to a call: its records, and how many the API counts in all."""

    call: Call
    body: Body

    @property
    def records(self) -> list[Record]:
        """The records of the page; one, where the answer is a single resource."""
        found: list[Record] | Record = self.body.get(self.call.records_key, [])
        return found if isinstance(found, list) else [found]

    @property
    def total(self) -> int:
        """The count that a first page carries; 0 on other pages."""
        return self.body.get("total") or 0


class PagerDutyStream(RESTStream[Call]):
    """A list of the account, read whole on each run.

    A subclass declares what its endpoint is; how it is read is written here once.
    """

    # The endpoint's fixed query parameters, and the OAuth scope that reading it takes.
    params: t.ClassVar[dict[str, t.Any]] = {}
    scope: t.ClassVar[str]
    # Where the answer holds the records; the stream's name if empty.
    records_key: t.ClassVar[str] = ""
    paginator: t.ClassVar[Paginator] = OffsetPaginator(overlap=1)
    # The request budget that the endpoint draws on; empty for that of the key.
    budget: t.ClassVar[str] = ""

    primary_keys = ("id",)
    # Records are as the API sends them and schemas are open: nothing is left to conform,
    # and what PagerDuty adds without documenting it is not dropped.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    _LOG_REQUEST_METRICS = False

    def __init__(self, tap: Tap, connection: Connection) -> None:
        """Take the tap, and the connection that all its streams share."""
        super().__init__(tap)
        self.connection = connection
        # Why the stream was left out, or is incomplete; both empty when all is well.
        self.skipped = ""
        self.failed = ""
        self._answered = False
        self._extracted_at = datetime.now(timezone.utc)

    # -- One request becomes one decoded body

    @property
    @override
    def url_base(self) -> str:
        return self.connection.url

    @property
    @override
    def authenticator(self) -> t.Any:
        return self.connection.authenticator

    @property
    @override
    def requests_session(self) -> requests.Session:
        return self.connection.session

    @property
    @override
    def timeout(self) -> t.Any:
        return self.connection.timeout

    @cached_property
    @override
    def user_agent(self) -> str:
        """The setting of that name, or the tap's name and version."""
        return self.config.get("user_agent") or f"tap-pagerduty/{self._tap.plugin_version}"

    @cached_property
    @override
    def http_headers(self) -> dict[str, str]:
        return {
            "Accept": "application/vnd.pagerduty+json;version=2",
            "User-Agent": self.user_agent,
        }

    @override
    def get_http_request(self, *, page: PageContext[Call]) -> HTTPRequest:
        call = t.cast("Call", page.next_page_token)
        window = call.window.params if call.window else {}
        return HTTPRequest(
            url=self.url_base + call.path,
            headers=self.http_headers,
            params={**call.params, **window, **call.page.params},
        )

    @override
    def validate_response(self, response: requests.Response) -> None:
        self.connection.answered(self.budget, response)
        answers.check(response)

    def fetch(self, call: Call) -> Answer:
        """Return the answer to a call, asking again while that may help.

        Safe to call from any thread. What it raises is listed in `answers.check`; a
        RetriableAPIError or RequestException has been retried in vain.
        """
        try:
            return Answer(call, self.request_decorator(self._exchange)(call, None))
        except NotFoundError:
            if call.may_be_gone:
                return Answer(call, {})
            raise

    def _exchange(self, call: Call, context: Context | None) -> Body:
        request = self.get_http_request(
            page=PageContext(stream_context=context, next_page_token=call),
        )
        prepared = self.build_prepared_request(
            method=request.method,
            url=request.url,
            params=request.encode_params(),
            headers=request.headers,
        )
        self.connection.wait(self.budget)
        try:
            response = self._request(prepared, context)
        except requests.exceptions.RequestException:
            self.connection.lost(self.budget)
            raise
        return answers.decode(response, call.records_key)

    @override
    def request_decorator(self, func: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        """Retry with exponential backoff and full jitter, for a bounded time.

        The SDK's own decorator bounds the tries only, and logs the request's arguments.
        """
        decorate: t.Callable[..., t.Any] = backoff.on_exception(
            backoff.expo,
            (RetriableAPIError, *RETRIED),
            max_time=self.connection.retry_timeout,
            max_value=LONGEST_WAIT,
            jitter=backoff.full_jitter,
            on_backoff=self.backoff_handler,
            logger=None,
        )(func)
        return decorate

    @override
    def backoff_handler(self, details: Details) -> None:
        error, wait = t.cast("Exception", details.get("exception")), details["wait"]
        response = getattr(error, "response", None)
        if response is not None and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            # The budget is the key's: every thread waits, until the API's own reset if
            # it names one (in seconds from now; a 429 may come without any header).
            wait = max(wait, answers.number(response, "ratelimit-reset"))
            self.connection.refused(self.budget, wait)
        self.log(
            "%s; asking again in %.1f s (try %d)",
            answers.describe(error),
            wait,
            details["tries"] + 1,
            level=logging.WARNING,
        )

    @override
    def apply_catalog(self, catalog: Catalog) -> None:
        """Take what the user has set for the stream.

        The SDK would let the method that it wrote into the catalog itself, on discovery,
        win over one that is forced in the metadata.
        """
        super().apply_catalog(catalog)
        entry = catalog.get_stream(self.name)
        forced = entry and entry.metadata.root.forced_replication_method
        if forced:
            self.forced_replication_method = forced

    # -- Answers become records

    @override
    def get_new_paginator(self) -> None:
        """Return nothing: pages are asked for ahead, by `read`, not one after another."""

    def call(self, window: Window | None = None) -> Call:
        """Return the first request of the stream, or of a WINDOW of it."""
        key = self.records_key or self.name
        return Call(self.path, key, self.params, self.paginator, self.paginator.first(), window)

    def read(self, calls: Iterable[Call]) -> Iterator[Answer]:
        """Yield the answers to CALLS and to what follows from them, in order."""
        workers = self.connection.workers
        with self.get_http_request_counter() as counter:
            for _, answer in look_ahead(calls, self.fetch, self.following, workers):
                counter.increment()
                self._answered = True
                self._extracted_at = datetime.now(timezone.utc)
                if self.is_versioned and self.connection.started_at:
                    # As the SDK does, the second in which the run began; but by the account's
                    # clock. If this machine's were set back, the target would take the rows
                    # of this run for older than those of the last.
                    self._stream_version = int(self.connection.started_at.timestamp())
                yield answer

    def following(self, call: Call, answer: Answer) -> list[Call]:
        """Return the calls to which an answer leads: here, its further pages.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
        """
        pages = call.paginator.following(call.page, answer.body, len(answer.records))
        return [replace(call, page=page) for page in pages]

    @staticmethod
    def identity(record: Record) -> str:
        """Return what tells a record of the API from the others of its stream."""
        return str(record.get("id") or record)

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        yield from self.read_whole(self.call())

    def read_whole(self, call: Call) -> Iterable[Record]:
        """Return the records of one reading of a list during which nothing moved.

        A list that is edited while it is paged by offset shifts: a removal moves a record
        past us, an insertion shows one twice. Pages overlap by one record, which must be
        the same on both; otherwise the list is read again. If no reading is clean, all
        readings together are taken, provided they hold as many records as the API counts.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
            FatalAPIError: the readings do not add up to the whole list.
        """
        together: dict[str, Record] = {}
        total = 0
        for _ in range(READINGS):
            reading: dict[str, Record] = {}
            last, clean = "", True
            for answer in self.read([call]):
                ids = [self.identity(record) for record in answer.records]
                clean = clean and (not last or last in ids[:1])
                reading.update(zip(ids, answer.records, strict=True))
                total = answer.total or total
                last = ids[-1] if ids else "the page is empty"
            if clean:
                return reading.values()
            together.update(reading)
            self.log("The list changed while it was read; reading it again.")
        if len(together) < total:
            msg = f"the list changed at each of {READINGS} readings"
            raise FatalAPIError(msg)
        return together.values()

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield the stream's records; what stops it does not stop the other streams.

        Raises:
            SystemExit: no stream can be read, as the credentials were refused or nothing
                answers at all.
        """
        try:
            yield from self.request_records(context)
            if self._stream_version:
                self._write_activate_version_message(self._stream_version)
        except CredentialsError as error:
            self.logger.error(  # noqa: TRY400, one line for people
                "PagerDuty refused the key at %s (%s). Check `api_key`, and `region`: "
                "a key of the other region is a usual cause.",
                self.url_base,
                error,
            )
            raise SystemExit(1) from None
        except SkippableAPIError as error:
            if self._answered:
                self.fail(f"access was withdrawn while reading: {error}")
            else:
                self.skipped = f"{error}; reading it takes the scope `{self.scope}`"
                # The warning comes at the end of the run, where it is seen.
                self.log("Skipped: %s", self.skipped)
        except (FatalAPIError, CeilingError, RetriableAPIError, *RETRIED) as error:
            tried = "" if isinstance(error, (FatalAPIError, CeilingError)) else self.patience
            self.fail(answers.describe(error) + tried)
            if self.connection.started_at is None:
                self.logger.error(  # noqa: TRY400
                    "Nothing has answered at %s; check the network, `region` and `api_url`.",
                    self.url_base,
                )
                raise SystemExit(1) from None

    @property
    def is_versioned(self) -> bool:
        """Whether rows that vanish from the account are to vanish from the target."""
        return (
            self.config["emit_activate_version_messages"]
            and not self.replication_key
            and self.get_batch_config(self.config) is None
        )

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        """False: the SDK's message comes before the records, and stands if they never come."""
        return False

    @property
    def patience(self) -> str:
        """How long a request was tried before it was given up."""
        return f"; given up after {self.connection.retry_timeout} s"

    def fail(self, reason: str) -> None:
        """Note that the stream is incomplete; the run ends with a nonzero status."""
        self.failed = reason
        self.log("Incomplete: %s", reason, level=logging.ERROR)

    @override
    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Bring the times of a record to UTC."""
        if self._normalise:
            self._normalise(row)
        return row

    @override
    def generate_child_contexts(
        self,
        record: Record,
        context: Context | None,
    ) -> Iterable[Context | None]:
        """Return nothing without children, instead of one empty context per record."""
        return super().generate_child_contexts(record, context) if self.child_streams else ()

    @override
    def _write_record_message(self, record: Record) -> None:
        """Write a record the short way, if nothing is to be done to it.

        Of the SDK's own way three quarters of the time go into looking for that.
        """
        writer = self._tap.message_writer
        if self._is_plain and isinstance(writer, Writer) and writer.has_short_way:
            writer.write_record(self.name, record, self._stream_version, self._extracted_at)
            self.state_manager.is_flushed = False
        else:
            super()._write_record_message(record)

    @cached_property
    def _is_plain(self) -> bool:
        """Whether no field is deselected, and neither stream maps nor flattening apply."""
        maps = self.stream_maps
        return (
            all(self.mask.values())
            and len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
        )

    @cached_property
    def _normalise(self) -> Normaliser | None:
        return normaliser(self.schema)
