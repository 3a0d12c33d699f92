"""The requester of a stream: one request becomes one response, retried where that may help."""

from __future__ import annotations

import logging
import typing as t
from http import HTTPStatus

import requests
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty.api import errors
from tap_pagerduty.api.errors import (
    RETRIED,
    CredentialsError,
    ForeignError,
    NotFoundError,
    StopError,
    TokenError,
    TooLargeError,
    UnreadableRecordError,
)
from tap_pagerduty.api.responses import PageResponse, decode
from tap_pagerduty.api.retries import Retries
from tap_pagerduty.api.smaller_pages import PageInParts, PageSize

if t.TYPE_CHECKING:
    from tap_pagerduty.api import Body
    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.reporting.progress import StreamProgress

# Attempts until a refusal that is not the API's own is believed, if nothing else has answered.
FOREIGN_ATTEMPTS = 3
# What `Session.send` raises.
FAILURES = (requests.exceptions.RequestException, TooLargeError)


class Exchange(t.Protocol):
    """The SDK's part of a request: a stream builds it, sends it and logs."""

    def prepare(self, request: PageRequest) -> requests.PreparedRequest:
        """Return the HTTP request for a page, authenticated."""

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Send a request once; its response has passed `Requester.check`."""

    def log(self, message: str, *args: object, level: int) -> None:
        """Log a message of the stream."""


class Requester:
    """Sends the requests of a stream within its budget, and retries them.

    Safe to use from any thread.
    """

    def __init__(
        self,
        exchange: Exchange,
        connection: Connection,
        budget: str,
        progress: StreamProgress,
        replaced: set[str],
    ) -> None:
        """Take the stream's part, the run's connection, the name of a budget, the progress.

        BUDGET is that of the endpoint; empty if it draws on the budget of the credentials only.
        REPLACED takes what had to be replaced in response bodies; see `decode`.
        """
        self._exchange = exchange
        self._connection = connection
        self._budget = budget
        self._progress = progress
        self._replaced = replaced
        self._page_size = PageSize()

    def fetch(self, request: PageRequest) -> PageResponse:
        """Return the response to a request.

        What it raises is listed in `errors.raise_for_status`; a RetriableAPIError, TokenError
        or RequestException has been retried in vain.
        """
        try:
            return self._read(request)
        except NotFoundError:
            if request.parent is None:
                raise
            return PageResponse(request, {}, is_gone=True)
        except SkippableAPIError as error:
            if request.parent is None:
                raise
            return PageResponse(request, {}, refusal_message=str(error))

    def check(self, response: requests.Response) -> None:
        """Take from a response what is left of the budget, and return if it is a success.

        What it raises is listed in `errors.raise_for_status`.
        """
        self._connection.response_received(self._budget, response)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._progress.rate_limited()
        errors.raise_for_status(response)

    def _read(self, request: PageRequest) -> PageResponse:
        """Return the response to a request, after retries and in parts where need be.

        Raises:
            StopError: what answers does not seem to be the API.
            UnreadableRecordError: a single record cannot be had.
        """
        page = PageInParts(request, self._page_size)
        retries = Retries(self._connection.retry_timeout)
        while not page.is_complete:
            try:
                page.add(*self._body(page.request, retries))
            except (RetriableAPIError, TokenError, TooLargeError, *RETRIED) as error:
                self._after_failure(error, page, retries)
        return PageResponse(request, page.body, size=page.size)

    def _after_failure(self, error: Exception, page: PageInParts, retries: Retries) -> None:
        """Return when a part of a page is to be tried again; raise if it is given up."""
        wait, size = retries.next_wait(), page.shrink(error)
        if isinstance(error, TooLargeError) and not size:
            raise error
        is_foreign = isinstance(error, ForeignError) and not self._connection.has_succeeded
        if is_foreign and retries.failures >= FOREIGN_ATTEMPTS:
            raise StopError(self._connection.foreign_message(error)) from None
        if page.neighbour and self._can_be_read(page.neighbour, retries):
            reason = errors.describe(error)
            msg = f"record {page.position:,} of {page.request.described} cannot be had: {reason}"
            raise UnreadableRecordError(msg) from None
        is_nowhere = errors.is_unresolved(error) and self._connection.is_nowhere()
        if wait is None or is_nowhere:
            raise error
        self._progress.request_retried()
        response, told = getattr(error, "response", None), wait
        if response is not None and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            told = self._connection.rate_limited(self._budget, wait, response.headers)
            retries.spend(told - wait)
        self._exchange.log(
            "%s; retrying in %.1f s%s (attempt %d)",
            errors.describe(error),
            told,
            f" for {size} records at a time" if size else "",
            retries.failures + 1,
            level=logging.WARNING,
        )
        retries.wait(wait)

    def _can_be_read(self, request: PageRequest, retries: Retries) -> bool:
        try:
            self._body(request, retries)
        except (FatalAPIError, RetriableAPIError, SkippableAPIError, *RETRIED):
            return False
        return True

    def _body(self, request: PageRequest, retries: Retries) -> tuple[Body, int]:
        """Return the body of a page, and its size in bytes."""
        prepared = self._exchange.prepare(request)
        try:
            response = self._send(prepared, retries)
        except CredentialsError:
            if not self._connection.authenticator.renew(prepared):
                raise
            response = self._send(prepared, retries)
        except (FatalAPIError, SkippableAPIError, ForeignError):
            if not _has_body_of_a_get(prepared):
                raise
            response = self._send(_without_body(prepared), retries)
        body = decode(response, request.records_key, request.peek, self._replaced)
        self._connection.has_succeeded = True
        return body, len(response.content)

    def _send(self, request: requests.PreparedRequest, retries: Retries) -> requests.Response:
        self._connection.wait(self._budget)
        self._progress.request_sent()
        try:
            with retries.attempt():
                return self._exchange.send(request)
        except (*FAILURES, StopError, TokenError) as error:
            if isinstance(error, FAILURES) and error.response is not None:  # its body failed
                self._connection.response_received(self._budget, error.response)
            else:
                self._connection.request_lost(self._budget)
            if isinstance(error, requests.exceptions.RequestException):
                errors.check_certificate(error)
            raise


def _has_body_of_a_get(request: requests.PreparedRequest) -> bool:
    return request.method == "GET" and request.body is not None


def _without_body(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return a GET without its body, which proxies may refuse; the API's defaults then apply."""
    bare = request.copy()
    bare.prepare_body(None, None)
    for name in ("Content-Length", "Content-Type"):
        bare.headers.pop(name, None)
    return bare
