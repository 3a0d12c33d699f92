"""Base classes of the streams: a list read whole, and a list read in time windows."""

from __future__ import annotations

import logging
import typing as t
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cached_property
from http import HTTPStatus
from itertools import islice

import backoff
import pendulum
import requests
from singer_sdk import RESTStream
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib import Schema
from singer_sdk.streams.rest import HTTPRequest, PageContext

from tap_pagerduty.api import Body, errors
from tap_pagerduty.api.errors import (
    RETRIED,
    STOPPING,
    CredentialsError,
    NotFoundError,
    QuotaError,
    StopError,
    TokenError,
)
from tap_pagerduty.api.pagination import LIST, PAGE_SIZE, CeilingError, Page, Paginator
from tap_pagerduty.api.prefetch import look_ahead
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.api.responses import PageResponse, decode
from tap_pagerduty.compat import override
from tap_pagerduty.records.column_types import adapter
from tap_pagerduty.records.lazy_records import FieldPeek, LazyRecord
from tap_pagerduty.records.paths import dig, leave_out
from tap_pagerduty.records.timestamps import Normaliser, instant, whole_second
from tap_pagerduty.records.writer import Writer
from tap_pagerduty.sync.consistent_reads import read_consistently

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from backoff.types import Details
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib.catalog import Catalog, CatalogEntry
    from singer_sdk.tap_base import Tap

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.windows import Window
    from tap_pagerduty.records import Record
    from tap_pagerduty.reporting.progress import RecordCounter


# Seconds: the longest wait between two tries of a request.
LONGEST_WAIT = 60

# The column that the setting `account` adds to each stream, as the first of its keys.
ACCOUNT = {"account": {"type": ["string"], "description": "The setting `account` of the run."}}


class ChildReader(t.Protocol):
    """What a stream has to know of its child streams."""

    def start(self, *, versioned: bool) -> None:
        """Write the SCHEMA; VERSIONED if the parents are read whole, rows that vanish and all."""

    def read_for(self, parents: list[Record]) -> None:
        """Read and emit what belongs to these parents."""

    def finish(self, *, complete: bool, children_skipped_message: str) -> None:
        """Finish; COMPLETE if no parent is missing, OBSTACLE why there are none at all."""


class PagerDutyStream(RESTStream[PageRequest]):
    """A list of the account, read whole on each run.

    A subclass declares what its endpoint is; how it is read is written here once.
    """

    # The endpoint's fixed query parameters, and headers beyond the usual ones.
    params: t.ClassVar[dict[str, t.Any]] = {}
    headers: t.ClassVar[dict[str, str]] = {}
    # The settings that narrow the list down, and the endpoint's parameter for each.
    filters: t.ClassVar[dict[str, str]] = {}
    # What reading it takes: the OAuth scope (several with spaces between them), empty where
    # PagerDuty documents none, and the plan or feature if not all accounts have it.
    scope: t.ClassVar[str] = ""
    plan: t.ClassVar[str] = ""
    # Where the answer holds the records; the stream's name if empty, `WHOLE_BODY` if the
    # answer itself is the record.
    records_key: t.ClassVar[str] = ""
    paginator: t.ClassVar[Paginator] = LIST
    # What a run of it costs in requests, where the other facts do not tell (`docs/streams.md`).
    cost: t.ClassVar[str] = ""
    # The request budget that the endpoint draws on; empty for that of the key.
    budget: t.ClassVar[str] = ""
    # The list (or single object) in each record whose items are the stream's records, as a
    # dotted path; empty if they are not nested.
    nested: t.ClassVar[str] = ""
    # Columns that a record takes from what it belongs to (the record it is nested in, or
    # the parent stream's): name of the column, path of the property.
    parent_columns: t.ClassVar[dict[str, str]] = {}
    # Columns that repeat a property from deeper in the record: name, path.
    columns: t.ClassVar[dict[str, str]] = {}
    # Columns of which the `id` is made, joined by colons, where the API gives none.
    id_columns: t.ClassVar[tuple[str, ...]] = ()
    # Paths of properties that are secrets: left out unless `include_secrets` is on.
    secrets: t.ClassVar[tuple[str, ...]] = ()
    # The properties that reading it looks at, if there are so many records that it pays to
    # leave the others encoded; empty if records are decoded.
    peeked_fields: t.ClassVar[tuple[str, ...]] = ()

    primary_keys: t.ClassVar[tuple[str, ...]] = ("id",)
    # Records are as the API sends them and schemas are open: nothing is left to conform,
    # and what PagerDuty adds without documenting it is not dropped.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: Tap, connection: Connection) -> None:
        """Take the tap, and the connection that all its streams share."""
        super().__init__(tap)
        self.connection = connection
        # Why the stream was left out, or is incomplete; both empty when all is well.
        self.skipped = ""
        self.failed = ""
        # Whether what was left out is due again: it is not the account that lacks it.
        self.postponed = False
        self._has_response = False
        # Whether this run's records carry a version, and those of others are to vanish.
        self._versioned = False
        # Whether it has been told that the API shows only the beginning of the list.
        self._cut = False
        # Which list was begun last, and what stands at the ends of its first page.
        self._first_page: tuple[t.Any, ...] = ()
        # The stream's first request, if it is made already, and the answer to it.
        self._prefetched: tuple[PageRequest, Future[PageResponse]] | None = None
        self.progress = connection.progress.stream(self.name)
        self._request_counter = self.get_http_request_counter()
        self._extracted_at = datetime.now(timezone.utc)
        self._account: str = self.config.get("account") or ""
        if self._account:
            # A stream has both on its class; they are not of all accounts there.
            columns = {**ACCOUNT, **self.schema["properties"]}
            self.schema = {**self.schema, "properties": columns}  # type: ignore[misc]
            self.primary_keys = (*ACCOUNT, *self.primary_keys)  # type: ignore[misc]

    @classmethod
    def scopes(cls) -> set[str]:
        """Return the scopes of all requests that reading the stream makes."""
        return set(cls.scope.split())

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
            **self.headers,
        }

    @override
    def get_http_request(self, *, page: PageContext[PageRequest]) -> HTTPRequest:
        request = t.cast("PageRequest", page.next_page_token)
        window = request.window.params if request.window else {}
        return HTTPRequest(
            url=self.url_base + request.path,
            headers=self.http_headers,
            params={**request.params, **window, **request.page.params},
        )

    @override
    def validate_response(self, response: requests.Response) -> None:
        self.connection.response_received(self.budget, response)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.progress.rate_limited()
        errors.raise_for_status(response)

    def fetch(self, request: PageRequest) -> PageResponse:
        """Return the answer to a call, asking again while that may help.

        Safe to call from any thread. What it raises is listed in `errors.raise_for_status`; a
        RetriableAPIError, TokenError or RequestException has been retried in vain.
        """
        prefetched, self._prefetched = self._prefetched, None
        if prefetched and prefetched[0] == request:
            return prefetched[1].result()
        return self._fetch(request)

    def _fetch(self, request: PageRequest) -> PageResponse:
        try:
            return PageResponse(request, self._exchange_with_retries(request, None))
        except NotFoundError:
            if request.parent is None:
                raise
            return PageResponse(request, {})
        except SkippableAPIError as error:
            if request.parent is None:
                raise
            return PageResponse(request, {}, refusal_message=str(error))

    @cached_property
    def _exchange_with_retries(self) -> t.Callable[..., Body]:
        return self.request_decorator(self._exchange)

    def _exchange(self, request: PageRequest, context: Context | None) -> Body:
        http_request = self.get_http_request(
            page=PageContext(stream_context=context, next_page_token=request),
        )
        prepared = self.build_prepared_request(
            method=http_request.method,
            url=http_request.url,
            params=http_request.encode_params(),
            headers=http_request.headers,
            json=http_request.data,
        )
        try:
            response = self._send(prepared, context)
        except CredentialsError:
            if not self.authenticator.renew(prepared):
                raise
            response = self._send(prepared, context)
        return decode(response, request.records_key, request.peek)

    def _send(
        self, request: requests.PreparedRequest, context: Context | None
    ) -> requests.Response:
        self.connection.wait(self.budget)
        self.progress.request_sent()
        try:
            return self._request(request, context)
        except (requests.exceptions.RequestException, StopError, TokenError) as error:
            self.connection.request_lost(self.budget)
            if isinstance(error, requests.exceptions.RequestException):
                errors.check_certificate(error)
            raise

    @override
    def request_decorator(self, func: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        """Retry with exponential backoff and full jitter, for a bounded time.

        The SDK's own decorator bounds the tries only, and logs the request's arguments.
        """
        decorate: t.Callable[..., t.Any] = backoff.on_exception(
            backoff.expo,
            (RetriableAPIError, TokenError, *RETRIED),
            max_time=lambda: self.connection.retry_timeout,
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
        self.progress.request_retried()
        if response is not None and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            # The budget is the key's: every thread waits, until the API's own reset if
            # it names one (in seconds from now; a 429 may come without any header).
            wait = max(wait, errors.header_number(response, "ratelimit-reset"))
            self.connection.rate_limited(self.budget, wait)
        self.log(
            "%s; asking again in %.1f s (try %d)",
            errors.describe(error),
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
        entry = catalog.get_stream(self.name)
        if entry:
            self._put_account_into(entry)
        super().apply_catalog(catalog)
        forced = entry and entry.metadata.root.forced_replication_method
        if forced:
            self.forced_replication_method = forced

    def _put_account_into(self, entry: CatalogEntry) -> None:
        """Give a catalog's ENTRY the column `account`, or take it away, as the setting has it.

        The catalog may be older than the setting; its keys would lose rows, or be null.
        """
        columns = ACCOUNT if self._account else {}
        keys = [name for name in entry.key_properties or () if name not in ACCOUNT]
        properties = entry.schema.properties or {}
        entry.key_properties = keys and [*columns, *keys]
        entry.schema.properties = {
            **{name: Schema.from_dict(column) for name, column in columns.items()},
            **{name: column for name, column in properties.items() if name not in ACCOUNT},
        }

    # -- Answers become records

    @override
    def get_new_paginator(self) -> None:
        """Return nothing: pages are asked for ahead, by `read`, not one after another."""

    def list_request(self, window: Window | None = None) -> PageRequest:
        """Return the first request of the stream, or of a WINDOW of it."""
        key = self.records_key or self.name
        params = {**self.params, **self.filter_params}
        first = self.paginator.first_page()
        return PageRequest(
            self.path, key, params, self.paginator, first, window, peek=self._field_peek
        )

    @property
    def filter_params(self) -> dict[str, t.Any]:
        """The parameters by which the settings narrow the list down; none if they do not."""
        return {
            parameter: values
            for setting, parameter in self.filters.items()
            if (values := self.config.get(setting))
        }

    def first_load_requests(self) -> list[PageRequest]:
        """Return the requests that a first load begins with: one for each list to be paged."""
        return [self.list_request()]

    def first_request(self) -> PageRequest | None:
        """Return the request that the stream begins with; None if that depends on others."""
        return self.list_request()

    def prefetch_first_request(self) -> None:
        """Make the first request now, while the stream before this one is still at work."""
        if not self._prefetched and (request := self.first_request()):
            self._prefetched = request, self.connection.workers.submit(lambda: self._fetch(request))

    def _prefetch_next_streams(self) -> None:
        """Open the streams that come next, as this one has no more to ask for.

        Lists of a page each would otherwise take the time of an answer, one after another.
        """
        streams = t.cast("list[PagerDutyStream]", list(self._tap.streams.values()))
        later = (
            stream
            for stream in streams[streams.index(self) + 1 :]
            if not stream.parent_stream_type
            and (stream.selected or stream.has_selected_descendents)
        )
        for stream in islice(later, self.connection.workers.count):
            stream.prefetch_first_request()

    def read_pages(self, requests: Iterable[PageRequest]) -> Iterator[PageResponse]:
        """Yield the answers to CALLS and to what follows from them, in order."""
        workers = self.connection.workers
        for _, response in look_ahead(requests, self.fetch, self.next_requests, workers):
            self._request_counter.increment()
            self._has_response = self._has_response or not response.refusal_message
            self._extracted_at = datetime.now(timezone.utc)
            if self._versioned:
                self._stream_version = self.version
            self.progress.page_received(
                response.request.window, len(response.records), response.total
            )
            yield response
        if self.connection.workers.count > 1 and not self.parent_stream_type:
            self._prefetch_next_streams()

    @contextmanager
    def metered(self) -> Iterator[None]:
        """Have the SDK's metric, and the run's progress, count what is read meanwhile."""
        self.progress.start()
        with self.get_http_request_counter() as self._request_counter:
            yield
        self.progress.finish(skipped=self.skipped, failed=self.failed)

    @override
    def get_record_counter(self, **_: t.Any) -> RecordCounter:
        """Return the one counter of the stream, by which the run's progress goes, too."""
        return self.progress.counter

    @override
    def log(self, message: str, *args: t.Any, level: int = logging.INFO, **how: t.Any) -> None:
        """Log a message, as of the place that logs it: the SDK tells of its own steps so, too."""
        self.logger.log(level, message, *args, **{"stacklevel": 2, **how})

    def next_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return the calls to which an answer leads: here, its further pages.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
        """
        count = len(response.records)
        is_repeated = self._is_repeated(request, response)
        is_cut = request.paginator.is_cut(request.page, response.body, count) or (
            is_repeated and not 0 < response.total <= count
        )
        if is_cut and not self._cut:
            self._cut = True
            self.log(
                "The list ends after %d records, where PagerDuty lets one read no further.",
                count,
                level=logging.WARNING,
            )
        if is_repeated:
            return []
        pages = request.paginator.next_pages(request.page, response.body, count)
        return [replace(request, page=page) for page in pages]

    def _is_repeated(self, request: PageRequest, response: PageResponse) -> bool:
        """Return whether a page is the first one again: the endpoint knows no pages."""
        records = response.records
        if not records:
            return False
        ends = (len(records), self.identity(records[0]), self.identity(records[-1]))
        if request.page == request.paginator.first_page():
            self._first_page = (request.path, request.window, ends)
            return False
        return self._first_page == (request.path, request.window, ends)

    @staticmethod
    def identity(record: Record) -> str:
        """Return what tells a record of the API from the others of its stream."""
        return str(record.get("id") or record)

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        yield from self.with_children(self.unnested(self.read_list(self.list_request())))

    def unnested(self, records: Iterable[Record]) -> Iterable[Record]:
        """Yield the stream's records out of those of the answer."""
        if not self.nested:
            yield from records
            return
        for record in records:
            columns = self.columns_for_child(record)
            found = dig(record, self.nested) or []
            for item in found if isinstance(found, list) else [found]:
                yield {**item, **columns}

    @property
    def run_started_at(self) -> datetime:
        """The account's time when the run began.

        It comes with any answer; if there has been none, with one that costs nothing.
        """
        if self.connection.started_at is None:
            with suppress(SkippableAPIError, FatalAPIError, RetriableAPIError):
                self.fetch(PageRequest("/abilities", "abilities", {}, LIST, Page({})))
        return self.connection.started_at or datetime.now(timezone.utc)

    @property
    def first_load_start(self) -> datetime:
        """Where a first load begins: at `start_date`, or a year before the run."""
        if given := self.config.get("start_date"):
            return instant(given)
        return pendulum.instance(self.run_started_at).subtract(years=1)

    def sync_end(self, days_ahead: int = 0) -> datetime:
        """Return where reading ends: so many days after the run's begin, or at `end_date`."""
        end = self.run_started_at + timedelta(days=days_ahead)
        if given := self.config.get("end_date"):
            end = min(end, whole_second(instant(given)))
        return end

    @property
    def is_slice(self) -> bool:
        """Whether it is a slice of the past that is read, and not all up to now."""
        return bool(self.config.get("end_date")) and self.sync_end() < self.run_started_at

    def columns_for_child(self, parent: Record) -> Record:
        """Return what a record takes from the one it belongs to."""
        return {name: dig(parent, path) for name, path in self.parent_columns.items()}

    def read_list(
        self, request: PageRequest, responses: Iterable[PageResponse] = ()
    ) -> Iterable[Record]:
        """Return the records of a list that is read whole; see `read_consistently`."""
        return read_consistently(lambda: self.read_pages([request]), self.identity, responses)

    @property
    def child_readers(self) -> list[ChildReader]:
        """The selected child streams, and those with a selected child of their own."""
        return [
            t.cast("ChildReader", child)
            for child in self.child_streams
            if child.selected or child.has_selected_descendents
        ]

    def with_children(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield RECORDS, and have the child streams read and emitted for each hundred.

        When it ends, all children are out.
        """
        if not self.child_readers:
            yield from records
            return
        records = iter(records)
        # In a trial run it is the first record that children are read of.
        size = self.ABORT_AT_RECORD_COUNT or PAGE_SIZE
        while batch := list(islice(records, size)):
            parents = [dict(record) for record in batch]
            yield from batch
            for child_reader in self.child_readers:
                child_reader.read_for(parents)

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        with self.errors_reported():  # when the run began may take a request to tell
            for child_reader in self.child_readers:
                child_reader.start(versioned=self.is_versioned)
        with self.metered(), self.errors_reported():
            self._versioned = self.selected and self.is_versioned
            yield from self.request_records(context)
            if self._versioned:
                self._write_activate_version_message(self.version)
        for child_reader in self.child_readers:
            child_reader.finish(
                complete=not self.skipped and not self.failed,
                children_skipped_message=self.children_skipped_message,
            )

    @contextmanager
    def errors_reported(self) -> Iterator[None]:
        """Tell in one line what stops this stream; it does not stop the others.

        Raises:
            SystemExit: no stream can be read, as the credentials were refused or nothing
                answers at all; its code is the line for people.
        """
        try:
            yield
        except STOPPING as error:
            raise SystemExit(self.stop_message(error)) from None
        except SkippableAPIError as error:
            if self._has_response:
                self.fail(f"access was withdrawn while reading: {error}")
            else:
                self.skip(str(error))
        except QuotaError as error:
            if self._has_response:
                self.fail(str(error))
            else:
                self.skipped, self.postponed = str(error), True
        except (FatalAPIError, CeilingError, RetriableAPIError, *RETRIED) as error:
            tried = "" if isinstance(error, (FatalAPIError, CeilingError)) else self.gave_up_message
            self.fail(errors.describe(error) + tried)
            if self.connection.started_at is None:
                raise SystemExit(self.connection.unreachable_message) from None

    def stop_message(self, error: Exception) -> str:
        """Return what to tell people of one of the errors that stop a run (`STOPPING`)."""
        if isinstance(error, CredentialsError):
            return self.connection.refused_credentials_message(error, self.http_headers)
        if isinstance(error, TokenError):
            return f"{error}{self.gave_up_message}. Check the network and `oauth_url`."
        return str(error)

    @property
    def version(self) -> int:
        """The version of a full table: as the SDK has it, the second in which the run began.

        But by the account's clock: if this machine's were set back, the target would take
        the rows of this run for older than those of the last.
        """
        return int(self.run_started_at.timestamp())

    @property
    def is_versioned(self) -> bool:
        """Whether rows that vanish from the account are to vanish from the target."""
        return (
            self.config["emit_activate_version_messages"]
            and not self.replication_key
            # target-postgres 0.8.1 stops at the message if a column is called `version`.
            and "version" not in self.schema["properties"]
            and self.get_batch_config(self.config) is None
            # The message is for a whole table, where other accounts have their rows.
            and not self._account
        )

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        """False: the SDK's message comes before the records, and stands if they never come."""
        return False

    def skip(self, reason: str) -> None:
        """Note that the account or the key lacks what the stream needs."""
        self.skipped = self.missing_access_message(reason)
        # The warning comes at the end of the run, where it is seen.
        self.log("Skipped: %s", self.skipped)

    def missing_access_message(self, reason: str) -> str:
        """Return why the stream cannot be read, and what that would take."""
        needs = " and ".join(filter(None, (self.scope and f"the scope `{self.scope}`", self.plan)))
        return f"{reason.rstrip('.')}; reading it takes {needs}"

    @property
    def children_skipped_message(self) -> str:
        """Why its children cannot be read; empty if they can."""
        return self.skipped and f"{self.name} cannot be read: {self.skipped}"

    @property
    def gave_up_message(self) -> str:
        """How long a request was tried before it was given up."""
        return f"; given up after {self.connection.retry_timeout} s"

    def fail(self, reason: str) -> None:
        """Note that the stream is incomplete; the run ends with a nonzero status."""
        self.failed = reason
        self.log("Incomplete: %s", reason, level=logging.ERROR)

    @override
    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Bring a record to its schema, add its columns, leave out its secrets."""
        if self._adapt:
            self._adapt(row)
        for name, path in self.columns.items():
            row[name] = dig(row, path)
        if self.id_columns:
            parts = (row.get(name) for name in self.id_columns)
            row["id"] = ":".join("" if part is None else str(part) for part in parts)
        if self._account:
            row["account"] = self._account
        if self.secrets and not self.config["include_secrets"]:
            for path in self.secrets:
                leave_out(row, path)
        return row

    @override
    def generate_child_contexts(
        self,
        record: Record,
        context: Context | None,
    ) -> Iterable[Context | None]:
        """Return nothing: children are read by `with_children`, for many parents at a time."""
        return ()

    @override
    def _write_record_message(self, record: Record) -> None:
        """Write a record the short way, if nothing is to be done to it.

        Of the SDK's own way three quarters of the time go into looking for that.
        """
        if writer := self._fast_writer:
            content = record.content if isinstance(record, LazyRecord) else record
            writer.write_record(self.name, content, self._stream_version, self._extracted_at)
            self.state_manager.is_flushed = False
        else:
            super()._write_record_message(record)

    @cached_property
    def _fast_writer(self) -> Writer | None:
        """What writes records the short way; None if something is to be done to them.

        That is if a field is deselected, or stream maps or flattening apply.
        """
        writer, maps = self._tap.message_writer, self.stream_maps
        is_plain = (
            all(self.mask.values())
            and len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
        )
        return writer if is_plain and isinstance(writer, Writer) and writer.has_fast_path else None

    @cached_property
    def _field_peek(self) -> FieldPeek | None:
        """What is looked at of the records; None if somebody needs them whole."""
        if self.peeked_fields and self._fast_writer and self.get_batch_config(self.config) is None:
            return FieldPeek(self.schema, self.peeked_fields)
        return None

    @cached_property
    def _adapt(self) -> Normaliser | None:
        return adapter(self.schema)
