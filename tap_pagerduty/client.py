"""Base classes of the streams: a list read whole, and a list read in time windows."""

from __future__ import annotations

import logging
import sys
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

from tap_pagerduty import answers, readings
from tap_pagerduty.answers import (
    CredentialsError,
    NotFoundError,
    QuotaError,
    StopError,
    TokenError,
)
from tap_pagerduty.calls import Answer, Body, Call
from tap_pagerduty.columns import adapter
from tap_pagerduty.glances import EncodedRecord, Glance
from tap_pagerduty.output import Writer
from tap_pagerduty.pagination import LIST, PAGE_SIZE, CeilingError, Page, Paginator
from tap_pagerduty.prefetch import look_ahead
from tap_pagerduty.records import Record, dig, leave_out
from tap_pagerduty.times import Normaliser, instant
from tap_pagerduty.windows import whole_second

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from backoff.types import Details
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib.catalog import Catalog, CatalogEntry
    from singer_sdk.tap_base import Tap

    from tap_pagerduty.connection import Connection
    from tap_pagerduty.progress import RecordCounter
    from tap_pagerduty.windows import Window


# Seconds: the longest wait between two tries of a request.
LONGEST_WAIT = 60
# Faults of the connection after which a request is made again.
RETRIED = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
# Errors after which no stream can be read.
STOPPING = (CredentialsError, StopError, TokenError)

# The column that the setting `account` adds to each stream, as the first of its keys.
ACCOUNT = {"account": {"type": ["string"], "description": "The setting `account` of the run."}}


class Follower(t.Protocol):
    """What a stream has to know of its child streams."""

    def begin(self, *, versioned: bool) -> None:
        """Write the SCHEMA; VERSIONED if the parents are read whole, rows that vanish and all."""

    def read_for(self, parents: list[Record]) -> None:
        """Read and emit what belongs to these parents."""

    def end(self, *, complete: bool, obstacle: str) -> None:
        """Finish; COMPLETE if no parent is missing, OBSTACLE why there are none at all."""


class PagerDutyStream(RESTStream[Call]):
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
    looks_at: t.ClassVar[tuple[str, ...]] = ()

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
        self._answered = False
        # Whether this run's records carry a version, and those of others are to vanish.
        self._versioned = False
        # Whether it has been told that the API shows only the beginning of the list.
        self._cut = False
        # Which list was begun last, and what stands at the ends of its first page.
        self._first_page: tuple[t.Any, ...] = ()
        # The stream's first request, if it is made already, and the answer to it.
        self._opened: tuple[Call, Future[Answer]] | None = None
        self.activity = connection.progress.activity(self.name)
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
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.activity.refused()
        answers.check(response)

    def fetch(self, call: Call) -> Answer:
        """Return the answer to a call, asking again while that may help.

        Safe to call from any thread. What it raises is listed in `answers.check`; a
        RetriableAPIError, TokenError or RequestException has been retried in vain.
        """
        opened, self._opened = self._opened, None
        if opened and opened[0] == call:
            return opened[1].result()
        return self._fetch(call)

    def _fetch(self, call: Call) -> Answer:
        try:
            return Answer(call, self._exchange_with_retries(call, None))
        except NotFoundError:
            if call.parent is None:
                raise
            return Answer(call, {})
        except SkippableAPIError as error:
            if call.parent is None:
                raise
            return Answer(call, {}, refusal=str(error))

    @cached_property
    def _exchange_with_retries(self) -> t.Callable[..., Body]:
        return self.request_decorator(self._exchange)

    def _exchange(self, call: Call, context: Context | None) -> Body:
        request = self.get_http_request(
            page=PageContext(stream_context=context, next_page_token=call),
        )
        prepared = self.build_prepared_request(
            method=request.method,
            url=request.url,
            params=request.encode_params(),
            headers=request.headers,
            json=request.data,
        )
        try:
            response = self._send(prepared, context)
        except CredentialsError:
            if not self.authenticator.renew(prepared):
                raise
            response = self._send(prepared, context)
        return answers.decode(response, call.records_key, call.glance)

    def _send(
        self, request: requests.PreparedRequest, context: Context | None
    ) -> requests.Response:
        self.connection.wait(self.budget)
        self.activity.sent()
        try:
            return self._request(request, context)
        except (requests.exceptions.RequestException, StopError, TokenError) as error:
            self.connection.lost(self.budget)
            if isinstance(error, requests.exceptions.RequestException):
                answers.check_certificate(error)
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
        self.activity.retried()
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

    def call(self, window: Window | None = None) -> Call:
        """Return the first request of the stream, or of a WINDOW of it."""
        key = self.records_key or self.name
        params = {**self.params, **self.narrowing}
        first = self.paginator.first()
        return Call(self.path, key, params, self.paginator, first, window, glance=self._glance)

    @property
    def narrowing(self) -> dict[str, t.Any]:
        """The parameters by which the settings narrow the list down; none if they do not."""
        return {
            parameter: values
            for setting, parameter in self.filters.items()
            if (values := self.config.get(setting))
        }

    def first_load(self) -> list[Call]:
        """Return the requests that a first load begins with: one for each list to be paged."""
        return [self.call()]

    def opening(self) -> Call | None:
        """Return the request that the stream begins with; None if that depends on others."""
        return self.call()

    def open(self) -> None:
        """Make the first request now, while the stream before this one is still at work."""
        if not self._opened and (call := self.opening()):
            self._opened = call, self.connection.workers.submit(lambda: self._fetch(call))

    def _open_next(self) -> None:
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
            stream.open()

    def read(self, calls: Iterable[Call]) -> Iterator[Answer]:
        """Yield the answers to CALLS and to what follows from them, in order."""
        workers = self.connection.workers
        for _, answer in look_ahead(calls, self.fetch, self.following, workers):
            self._request_counter.increment()
            self._answered = self._answered or not answer.refusal
            self._extracted_at = datetime.now(timezone.utc)
            if self._versioned:
                self._stream_version = self.version
            self.activity.answered(answer.call.window, len(answer.records), answer.total)
            yield answer
        if self.connection.workers.count > 1 and not self.parent_stream_type:
            self._open_next()

    @contextmanager
    def metered(self) -> Iterator[None]:
        """Have the SDK's metric, and the run's progress, count what is read meanwhile."""
        self.activity.begin()
        with self.get_http_request_counter() as self._request_counter:
            yield
        self.activity.end(skipped=self.skipped, failed=self.failed)

    @override
    def get_record_counter(self, **_: t.Any) -> RecordCounter:
        """Return the one counter of the stream, by which the run's progress goes, too."""
        return self.activity.counter

    @override
    def log(self, message: str, *args: t.Any, level: int = logging.INFO, **how: t.Any) -> None:
        """Log a message, as of the place that logs it: the SDK tells of its own steps so, too."""
        self.logger.log(level, message, *args, **{"stacklevel": 2, **how})

    def following(self, call: Call, answer: Answer) -> list[Call]:
        """Return the calls to which an answer leads: here, its further pages.

        Raises:
            CeilingError: the list holds more than the API lets one page through.
        """
        count = len(answer.records)
        is_repeated = self._is_repeated(call, answer)
        is_cut = call.paginator.is_cut(call.page, answer.body, count) or (
            is_repeated and not 0 < answer.total <= count
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
        pages = call.paginator.following(call.page, answer.body, count)
        return [replace(call, page=page) for page in pages]

    def _is_repeated(self, call: Call, answer: Answer) -> bool:
        """Return whether a page is the first one again: the endpoint knows no pages."""
        records = answer.records
        if not records:
            return False
        ends = (len(records), self.identity(records[0]), self.identity(records[-1]))
        if call.page == call.paginator.first():
            self._first_page = (call.path, call.window, ends)
            return False
        return self._first_page == (call.path, call.window, ends)

    @staticmethod
    def identity(record: Record) -> str:
        """Return what tells a record of the API from the others of its stream."""
        return str(record.get("id") or record)

    @override
    def request_records(self, context: Context | None) -> Iterable[Record]:
        yield from self.with_children(self.unnested(self.read_whole(self.call())))

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
                self.fetch(Call("/abilities", "abilities", {}, LIST, Page({})))
        return self.connection.started_at or datetime.now(timezone.utc)

    @property
    def first_start(self) -> datetime:
        """Where a first load begins: at `start_date`, or a year before the run."""
        if given := self.config.get("start_date"):
            return instant(given)
        return pendulum.instance(self.run_started_at).subtract(years=1)

    def last_end(self, days_ahead: int = 0) -> datetime:
        """Return where reading ends: so many days after the run's begin, or at `end_date`."""
        end = self.run_started_at + timedelta(days=days_ahead)
        if given := self.config.get("end_date"):
            end = min(end, whole_second(instant(given)))
        return end

    @property
    def is_slice(self) -> bool:
        """Whether it is a slice of the past that is read, and not all up to now."""
        return bool(self.config.get("end_date")) and self.last_end() < self.run_started_at

    def columns_for_child(self, parent: Record) -> Record:
        """Return what a record takes from the one it belongs to."""
        return {name: dig(parent, path) for name, path in self.parent_columns.items()}

    def read_whole(self, call: Call, answers: Iterable[Answer] = ()) -> Iterable[Record]:
        """Return the records of a list that is read whole; see `readings.whole`."""
        return readings.whole(lambda: self.read([call]), self.identity, answers)

    @property
    def followers(self) -> list[Follower]:
        """The selected child streams, and those with a selected child of their own."""
        return [
            t.cast("Follower", child)
            for child in self.child_streams
            if child.selected or child.has_selected_descendents
        ]

    def with_children(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield RECORDS, and have the child streams read and emitted for each hundred.

        When it ends, all children are out.
        """
        if not self.followers:
            yield from records
            return
        records = iter(records)
        # In a trial run it is the first record that children are read of.
        size = self.ABORT_AT_RECORD_COUNT or PAGE_SIZE
        while batch := list(islice(records, size)):
            parents = [dict(record) for record in batch]
            yield from batch
            for follower in self.followers:
                follower.read_for(parents)

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        with self.told():  # when the run began may take a request to tell
            for follower in self.followers:
                follower.begin(versioned=self.is_versioned)
        with self.metered(), self.told():
            self._versioned = self.selected and self.is_versioned
            yield from self.request_records(context)
            if self._versioned:
                self._write_activate_version_message(self.version)
        for follower in self.followers:
            follower.end(complete=not self.skipped and not self.failed, obstacle=self.obstacle)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell in one line what stops this stream; it does not stop the others.

        Raises:
            SystemExit: no stream can be read, as the credentials were refused or nothing
                answers at all; its code is the line for people.
        """
        try:
            yield
        except STOPPING as error:
            raise SystemExit(self.why_stopped(error)) from None
        except SkippableAPIError as error:
            if self._answered:
                self.fail(f"access was withdrawn while reading: {error}")
            else:
                self.skip(str(error))
        except QuotaError as error:
            if self._answered:
                self.fail(str(error))
            else:
                self.skipped, self.postponed = str(error), True
        except (FatalAPIError, CeilingError, RetriableAPIError, *RETRIED) as error:
            tried = "" if isinstance(error, (FatalAPIError, CeilingError)) else self.patience
            self.fail(answers.describe(error) + tried)
            if self.connection.started_at is None:
                raise SystemExit(self.connection.silence) from None

    def why_stopped(self, error: Exception) -> str:
        """Return what to tell people of one of the errors that stop a run (`STOPPING`)."""
        if isinstance(error, CredentialsError):
            return self.connection.refusal(error, self.http_headers)
        if isinstance(error, TokenError):
            return f"{error}{self.patience}. Check the network and `oauth_url`."
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
        self.skipped = self.lacking(reason)
        # The warning comes at the end of the run, where it is seen.
        self.log("Skipped: %s", self.skipped)

    def lacking(self, reason: str) -> str:
        """Return why the stream cannot be read, and what that would take."""
        needs = " and ".join(filter(None, (self.scope and f"the scope `{self.scope}`", self.plan)))
        return f"{reason.rstrip('.')}; reading it takes {needs}"

    @property
    def obstacle(self) -> str:
        """Why its children cannot be read; empty if they can."""
        return self.skipped and f"{self.name} cannot be read: {self.skipped}"

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
        if writer := self._short_way:
            content = record.content if isinstance(record, EncodedRecord) else record
            writer.write_record(self.name, content, self._stream_version, self._extracted_at)
            self.state_manager.is_flushed = False
        else:
            super()._write_record_message(record)

    @cached_property
    def _short_way(self) -> Writer | None:
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
        return writer if is_plain and isinstance(writer, Writer) and writer.has_short_way else None

    @cached_property
    def _glance(self) -> Glance | None:
        """What is looked at of the records; None if somebody needs them whole."""
        if self.looks_at and self._short_way and self.get_batch_config(self.config) is None:
            return Glance(self.schema, self.looks_at)
        return None

    @cached_property
    def _adapt(self) -> Normaliser | None:
        return adapter(self.schema)
