"""The base class of all streams."""

from __future__ import annotations

import logging
import typing as t
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from functools import cached_property

from singer_sdk import RESTStream
from singer_sdk.exceptions import FatalAPIError, MapExpressionError
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.streams.rest import HTTPRequest, PageContext

from tap_pagerduty import NAME
from tap_pagerduty.api.next_pages import NextPages
from tap_pagerduty.api.pagination import LIST, CeilingError, Paginator
from tap_pagerduty.api.prefetch import Source
from tap_pagerduty.api.requester import Requester
from tap_pagerduty.api.requests import PageRequest
from tap_pagerduty.compat import override
from tap_pagerduty.records.batch_files import is_written_here, write_batches
from tap_pagerduty.records.findings import Findings
from tap_pagerduty.records.lazy_records import FieldPeek
from tap_pagerduty.records.paths import dig
from tap_pagerduty.records.personal_data import PersonalData, replacement
from tap_pagerduty.records.preparation import Preparation
from tap_pagerduty.records.web_addresses import subdomain_of
from tap_pagerduty.sync.account_column import fit_to_account, with_account
from tap_pagerduty.sync.bookmarks import Bookmarks
from tap_pagerduty.sync.catalog import Trimming, fit_entry, left_out
from tap_pagerduty.sync.child_readers import ChildReaders
from tap_pagerduty.sync.consistent_reads import read_consistently, with_page_size
from tap_pagerduty.sync.outcome import Outcome
from tap_pagerduty.sync.record_writer import RecordWriter
from tap_pagerduty.sync.stream_maps import FlattenedColumns
from tap_pagerduty.sync.stream_patterns import select
from tap_pagerduty.sync.sync_range import SyncRange

if t.TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    import requests
    from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
    from singer_sdk.helpers.types import Context
    from singer_sdk.mapper import StreamMap
    from singer_sdk.singerlib import RecordMessage
    from singer_sdk.singerlib.catalog import Catalog
    from singer_sdk.tap_base import Tap

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.responses import PageResponse
    from tap_pagerduty.api.windows import Window
    from tap_pagerduty.records import Record
    from tap_pagerduty.reporting.progress import RecordCounter


class PagerDutyStream(RESTStream[PageRequest]):
    """A list of the account, as a full table; the base class of all other streams.

    A subclass declares the facts of its endpoint in the attributes below. How it is read is the
    work of what the stream has: a `requester` sends requests and retries them, `next_pages`
    knows which requests follow from a response, `child_readers` are the child streams,
    a `record_writer` emits records, `sync_range` is the range of time to read, and the
    `outcome` says whether all of it was read.

    Override `request_records` for another way to read a stream; `next_requests`, `unnested`
    and `post_process` for what follows from a response, and for what a record is.
    """

    # The endpoint's fixed query parameters, and headers beyond the usual ones.
    params: t.ClassVar[dict[str, t.Any]] = {}
    headers: t.ClassVar[dict[str, str]] = {}
    # The settings that filter the list, and the endpoint's parameter for each.
    filters: t.ClassVar[dict[str, str]] = {}
    # The access that reading it needs: the OAuth scope (several with spaces between them), empty
    # where PagerDuty documents none, and the plan or feature if not all accounts have it.
    scope: t.ClassVar[str] = ""
    plan: t.ClassVar[str] = ""
    # Where the response holds the records; the stream's name if empty, `WHOLE_BODY` if the
    # response itself is the record.
    records_key: t.ClassVar[str] = ""
    paginator: t.ClassVar[Paginator] = LIST
    # The requests that a run of it costs, where the other facts do not say (`docs/streams.md`).
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
    # Paths of web addresses that people typed in: without `include_secrets`, only their public
    # part is emitted.
    addresses: t.ClassVar[tuple[str, ...]] = ()
    # The only fields that reading the stream needs, if there are so many records that it pays
    # to leave the others encoded; empty if records are decoded.
    peeked_fields: t.ClassVar[tuple[str, ...]] = ()

    # Whether which requests it starts with depends on the account's time.
    is_timed: t.ClassVar[bool] = False

    primary_keys: t.ClassVar[tuple[str, ...]] = ("id",)
    # Records are as the API sends them and schemas are open: nothing is left to conform,
    # and what PagerDuty adds without documenting it is not dropped.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: Tap, connection: Connection) -> None:
        """Take the tap, and the connection that all its streams share."""
        super().__init__(tap)
        self.connection = connection
        self.progress = connection.progress.stream(self.name)
        # What is odd about the records, reported at the end of the stream.
        self.findings = Findings()
        self.requester = Requester(
            self, connection, self.budget, self.progress, self.findings.replaced
        )
        self.source = Source(self.fetch, self.next_requests, self.likely_requests, self.budget)
        # Called while the stream is read; see `RunPlan`.
        self.on_reading: Callable[[], None] = lambda: None
        needs = " and ".join(filter(None, (self.scope and f"the scope `{self.scope}`", self.plan)))
        self.outcome = Outcome(self, needs, connection)
        self.next_pages = NextPages(self.identity, self.log)
        self.child_readers = ChildReaders(self)
        self.record_writer = RecordWriter(
            self, tap.message_writer, is_trimmed=lambda: bool(self.trimming)
        )
        # Whether this run's records carry a version, and rows of other versions are to vanish.
        self._versioned = False
        # Whether the API counts more records than it lists.
        self.is_miscounted = False
        # Why a record could not be written; empty if all could.
        self._unwritable_message = ""
        self._request_counter = self.get_http_request_counter()
        self._account: str = self.config.get("account") or ""
        if self._account:
            # A stream has both on its class; they are not of all accounts there.
            self.schema, self.primary_keys = with_account(  # type: ignore[misc]
                self.schema, self.primary_keys
            )

    @classmethod
    def scopes(cls) -> set[str]:
        """Return the scopes of all requests that reading the stream makes."""
        return set(cls.scope.split())

    @cached_property
    def sync_range(self) -> SyncRange:
        """The range of time that the run reads."""
        return SyncRange(self.config, self.connection, self.fetch)

    # -- One request becomes one response

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
        return self.config.get("user_agent") or f"{NAME}/{self._tap.plugin_version}"

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

    def prepare(self, request: PageRequest) -> requests.PreparedRequest:
        """Return the HTTP request for a page, for the `requester`."""
        page = PageContext(stream_context=None, next_page_token=request)
        http_request = self.get_http_request(page=page)
        return self.build_prepared_request(
            method=http_request.method,
            url=http_request.url,
            params=http_request.encode_params(),
            headers=http_request.headers,
            json=http_request.data,
        )

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Send an HTTP request once, for the `requester`; see `validate_response`."""
        return self._request(request, None)

    @override
    def validate_response(self, response: requests.Response) -> None:
        self.requester.check(response)

    def fetch(self, request: PageRequest) -> PageResponse:
        """Return the response to a request; see `Requester.fetch`."""
        return self.requester.fetch(request)

    # -- Which requests

    def list_request(self, window: Window | None = None) -> PageRequest:
        """Return the request for the first page of the list, or of a WINDOW of it."""
        key = self.records_key or self.name
        params = {**self.params, **self.filter_params}
        first = self.paginator.first_page()
        return PageRequest(
            self.path, key, params, self.paginator, first, window, peek=self._field_peek
        )

    @property
    def filter_params(self) -> dict[str, t.Any]:
        """The parameters by which the settings filter the list; empty if they do not."""
        return {
            parameter: values
            for setting, parameter in self.filters.items()
            if (values := self.config.get(setting))
        }

    def first_load_requests(self) -> list[PageRequest]:
        """Return the requests that a first load starts with: one for each list to be paged."""
        return [self.list_request()]

    def first_requests(self) -> list[PageRequest]:
        """Return the requests that this run's reading starts with, as far as they are known."""
        return [self.list_request()]

    def next_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return the requests that follow from a response: here, for further pages.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
        """
        return self.next_pages.after(request, response)

    def likely_requests(self, request: PageRequest, response: PageResponse) -> list[PageRequest]:
        """Return what `next_requests` will probably return; from any thread."""
        with suppress(CeilingError):
            return self.next_pages.known(request, response)
        return []

    @override
    def get_new_paginator(self) -> None:
        """Return nothing: `read_pages` prefetches pages, not one after another."""

    # -- Responses become records

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        with self.outcome.errors_reported():  # the start of the run may take a request
            self.child_readers.start(versioned=self.is_versioned)
        with self.metered(), self.outcome.errors_reported():
            self._versioned = self.selected and self.is_versioned
            for record in self.request_records(context):
                yield record
                if self._unwritable_message:
                    self.check_written()
            if self._versioned and not self.is_miscounted:
                self._write_activate_version_message(self.version)
        self.child_readers.finish(
            complete=self.outcome.is_complete and not self.is_miscounted,
            skipped_message=self.outcome.children_skipped_message,
        )
        self.connection.look_ahead.forget(self.source)

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        records = self.unnested(self.read_list(self.list_request()))
        yield from self.child_readers.read_with(records)

    def read_list(
        self, request: PageRequest, responses: Iterable[PageResponse] = ()
    ) -> Iterable[Record]:
        """Return the records of a full list; see `read_consistently`."""
        records = read_consistently(
            lambda attempt, size: self.read_pages([with_page_size(request, attempt, size)]),
            self.identity,
            responses,
            self._report_miscount,
        )
        if not self.parent_stream_type and not self.is_miscounted:
            Bookmarks(lambda: self.stream_state).is_complete(f"{self.path} in full", "")
        return records

    def _report_miscount(self, total: int, found: int) -> None:
        """Note that the API counts more records than it lists; none may be taken for gone."""
        self.is_miscounted = True
        counted = f"PagerDuty counts {total:,} records and lists {found:,} at each reading"
        # The state of a child would grow with its parents.
        known = Bookmarks(lambda: self.stream_state)
        if self.parent_stream_type or known.is_miscounted(
            f"{self.path} in full", "", total - found
        ):
            self.log(
                "%s; rows that are gone from the account stay in the target.",
                counted,
                level=logging.WARNING,
            )
        else:
            self.outcome.fail(counted)

    def read_pages(self, requests: Iterable[PageRequest]) -> Iterator[PageResponse]:
        """Yield the responses to REQUESTS and to those that follow from them, in order."""
        self.on_reading()
        for request, response in self.connection.look_ahead.walk(self.source, requests):
            self.on_reading()
            self._request_counter.increment()
            if not response.refusal_message and not response.is_gone:
                self.outcome.has_response = True
            self.record_writer.extracted_at = datetime.now(timezone.utc)
            if self._versioned:
                # The one is for the fast way of writing records, the other for the SDK's.
                self.record_writer.version = self._stream_version = self.version
            self.progress.page_received(request.window, len(response.records), response.total)
            if not self.connection.progress.subdomain:
                self.connection.progress.subdomain = subdomain_of(response.records)
            yield response

    def unnested(self, records: Iterable[Record]) -> Iterable[Record]:
        """Yield the stream's records out of those of the response."""
        if not self.nested:
            yield from records
            return
        for record in records:
            columns = self.columns_for_child(record)
            found = dig(record, self.nested) or []
            for item in found if isinstance(found, list) else [found]:
                yield {**item, **columns}

    @staticmethod
    def identity(record: Record) -> str:
        """Return what distinguishes a record of the API from the others of its stream."""
        return str(record.get("id") or record)

    def columns_for_child(self, parent: Record) -> Record:
        """Return the columns that a record takes from the one that it belongs to."""
        return {name: dig(parent, path) for name, path in self.parent_columns.items()}

    @override
    def generate_child_contexts(
        self,
        record: Record,
        context: Context | None,
    ) -> Iterable[Context | None]:
        """Return nothing: `child_readers` read for many parents at a time."""
        return ()

    # -- Records become messages

    @override
    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        """Prepare a record for the target; return None if it cannot be emitted.

        A record that is still encoded needs no preparation: see `FieldPeek`.
        """
        is_decoded = isinstance(row, dict)
        try:
            if is_decoded:
                self._prepare(row)
                if self._personal_data:
                    self._personal_data(row)
            for name, path in self.columns.items():
                if row.get(name) is None:  # a few APIs have it there already
                    row[name] = dig(row, path)
        except RecursionError:
            self.outcome.fail(f"the record {row.get('id')!r} is nested too deep")
            return None
        if self.id_columns:
            parts = (row.get(name) for name in self.id_columns)
            row["id"] = ":".join("" if part is None else str(part) for part in parts)
        if self._account:
            row["account"] = self._account
        if is_decoded and self.trimming:
            self.trimming(row)
        return row if not is_decoded or self.findings.has_key(row, self.primary_keys) else None

    @cached_property
    def _prepare(self) -> Preparation:
        """What is done to a record, by the schema of the class: a catalog may lack columns."""
        return Preparation(
            type(self).schema,  # type: ignore[arg-type]
            self.findings,
            secrets=None if self.config["include_secrets"] else self.secrets,
            addresses=self.addresses,
            carries_events=bool(self.peeked_fields),
        )

    @cached_property
    def _personal_data(self) -> PersonalData | None:
        """What replaces personal data; None if it is kept."""
        mode, key = self.config["personal_data"], self.config.get("personal_data_key", "")
        replace = replacement(mode, key)
        return replace and PersonalData(type(self).schema, replace)  # type: ignore[arg-type]

    @cached_property
    def trimming(self) -> Trimming:
        """What removes the fields that the catalog does not have, or deselects."""
        if not self.selected:  # its records are read for child streams, which take columns of them
            return Trimming({})
        return Trimming(left_out(self.schema, self.effective_schema, self.mask))

    @cached_property
    def _field_peek(self) -> FieldPeek | None:
        """What peeks into records that stay encoded; None if they have to be decoded."""
        is_emitted_as_it_is = (
            self.record_writer.is_fast and not self._has_sdk_batches and not self._account
        )
        if self.peeked_fields and is_emitted_as_it_is and not self._personal_data:
            return FieldPeek(
                type(self).schema,  # type: ignore[arg-type]
                self.peeked_fields,
                include_secrets=self.config["include_secrets"],
            )
        return None

    @property
    def _has_sdk_batches(self) -> bool:
        """Whether the SDK writes records to files, as `write_batches` cannot."""
        config = self.get_batch_config(self.config)
        is_fast = self.record_writer.is_fast
        return config is not None and not (is_fast and is_written_here(config))

    @override
    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterable[tuple[BaseBatchFileEncoding, list[str]]]:
        if self._has_sdk_batches:
            yield from super().get_batches(batch_config, context)
            return
        name = f"{self.tap_name}--{self.name}"
        records = self._sync_records(context, write_messages=False)
        for manifest in write_batches(name, records, batch_config):
            yield batch_config.encoding, manifest

    def check_written(self) -> None:
        """Return if the record before could be written.

        Raises:
            FatalAPIError: a stream map failed on it.
        """
        if self._unwritable_message:
            raise FatalAPIError(self._unwritable_message)

    @override
    def _write_record_message(self, record: Record) -> None:
        if self.record_writer.write(record):
            return
        try:
            super()._write_record_message(record)
        except MapExpressionError as error:
            # `check_written` ends the reading, with the bookmark before this record.
            self._unwritable_message = (
                f"stream_maps cannot be used for the record {record.get('id')!r}: {error}"
            )

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        for message in super()._generate_record_messages(record):
            self._flattened_columns.fit(message.stream, message.record)
            yield message

    @cached_property
    def _flattened_columns(self) -> FlattenedColumns:
        return FlattenedColumns(self.stream_maps)

    @property
    @override
    def stream_maps(self) -> list[StreamMap]:
        """The stream maps; none apply to a stream of which no record is emitted.

        The tap prepares those of the streams that are selected. The SDK also looks up those of a
        parent that is read for its child streams, and of all streams in a trial run.
        """
        mapper = self._tap.mapper
        if self.name not in mapper.stream_maps:
            if self.selected:
                mapper.register_raw_stream_schema(self.name, self.schema, self.primary_keys)
            else:
                mapper.stream_maps[self.name] = [
                    SameRecordTransform(self.name, self.schema, self.primary_keys, None)
                ]
        return super().stream_maps

    @property
    def is_versioned(self) -> bool:
        """Whether rows that vanish from the account are to vanish from the target."""
        return (
            self._is_full_table
            and self.config["emit_activate_version_messages"]
            # target-postgres 0.8.1 stops at the message if a column is called `version`.
            and "version" not in self.schema["properties"]
            and self.get_batch_config(self.config) is None
            # The message is for a whole table, where other accounts have their rows.
            and not self._account
        )

    @property
    def is_batched_full_table(self) -> bool:
        """Whether rows would vanish from the target, but for batch files: these have no version."""
        return (
            self._is_full_table
            and self.config["emit_activate_version_messages"]
            and self.get_batch_config(self.config) is not None
        )

    @property
    def _is_full_table(self) -> bool:
        return not self.replication_key

    @property
    def version(self) -> int:
        """The version of a full table: as in the SDK, the second in which the run started.

        But by the account's clock: if this machine's were set back, the target would take
        the rows of this run for older than those of the last.
        """
        return int(self.sync_range.run_started_at.timestamp())

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        """False: the SDK's message comes before the records, and stands if they never come."""
        return False

    # -- The catalog, counters and the log

    @override
    def apply_catalog(self, catalog: Catalog) -> None:
        """Take what the user has set for the stream.

        The SDK would let the method that it wrote into the catalog itself, on discovery,
        win over one that is forced in the metadata.
        """
        entry = catalog.get_stream(self.name)
        if entry:
            fit_to_account(entry, self._account)
            fit_entry(entry, self)
        super().apply_catalog(catalog)
        forced = entry and entry.metadata.root.forced_replication_method
        if forced:
            self.forced_replication_method = forced
        self.select_by_patterns()

    def select_by_patterns(self) -> None:
        """Select the stream and its fields by the setting `stream_patterns`, if it is set."""
        if patterns := self.config.get("stream_patterns"):
            select(patterns, self)

    @contextmanager
    def metered(self) -> Iterator[None]:
        """Have the SDK's metric, and the run's progress, count what is read meanwhile."""
        self.progress.start()
        with self.get_http_request_counter() as self._request_counter:
            yield
        self.findings.report(self.name, self.log)
        self.progress.finish(
            skipped=self.outcome.skipped_message, failed=self.outcome.failed_message
        )

    @override
    def get_record_counter(self, **_: t.Any) -> RecordCounter:
        """Return the one counter of the stream, which the run's progress also uses."""
        return self.progress.counter

    @override
    def log(self, message: str, *args: t.Any, level: int = logging.INFO, **how: t.Any) -> None:
        """Log a message with the place that logs it, by which those of the SDK are known."""
        self.logger.log(level, message, *args, **{"stacklevel": 2, **how})
