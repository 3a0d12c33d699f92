"""The requester of a stream: one request becomes one response, retried where that may help."""

from __future__ import annotations

import logging
import typing as t
from functools import cached_property
from http import HTTPStatus

import backoff
import requests
from singer_sdk.exceptions import RetriableAPIError, SkippableAPIError

from tap_pagerduty.api import errors
from tap_pagerduty.api.errors import (
    RETRIED,
    CredentialsError,
    NotFoundError,
    StopError,
    TokenError,
)
from tap_pagerduty.api.responses import PageResponse, decode
from tap_pagerduty.api.session import TooLargeError

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from backoff.types import Details

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.reporting.progress import StreamProgress

# Seconds: the longest wait between two attempts of a request.
LONGEST_WAIT = 60
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

    def fetch(self, request: PageRequest) -> PageResponse:
        """Return the response to a request.

        What it raises is listed in `errors.raise_for_status`; a RetriableAPIError, TokenError
        or RequestException has been retried in vain.
        """
        try:
            return self._fetch_with_retries(request)
        except NotFoundError:
            if request.parent is None:
                raise
            return PageResponse(request, {})
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

    @cached_property
    def _fetch_with_retries(self) -> Callable[[PageRequest], PageResponse]:
        """Retries with exponential backoff and full jitter, for a bounded time.

        The SDK's own decorator bounds the attempts only, and logs the request's arguments.
        """
        decorate: Callable[..., Callable[[PageRequest], PageResponse]] = backoff.on_exception(
            backoff.expo,
            (RetriableAPIError, TokenError, *RETRIED),
            max_time=lambda: self._connection.retry_timeout,
            max_value=LONGEST_WAIT,
            jitter=backoff.full_jitter,
            on_backoff=self._before_retry,
            logger=None,
        )
        return decorate(self._fetch)

    def _fetch(self, request: PageRequest) -> PageResponse:
        prepared = self._exchange.prepare(request)
        try:
            response = self._send(prepared)
        except CredentialsError:
            if not self._connection.authenticator.renew(prepared):
                raise
            response = self._send(prepared)
        body = decode(response, request.records_key, request.peek, self._replaced)
        return PageResponse(request, body, size=len(response.content))

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        self._connection.wait(self._budget)
        self._progress.request_sent()
        try:
            return self._exchange.send(request)
        except (*FAILURES, StopError, TokenError) as error:
            if isinstance(error, FAILURES) and error.response is not None:  # its body failed
                self._connection.response_received(self._budget, error.response)
            else:
                self._connection.request_lost(self._budget)
            if isinstance(error, requests.exceptions.RequestException):
                errors.check_certificate(error)
            raise

    def _before_retry(self, details: Details) -> None:
        error, wait = t.cast("Exception", details.get("exception")), details["wait"]
        response = getattr(error, "response", None)
        self._progress.request_retried()
        if response is not None and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            wait = self._connection.rate_limited(self._budget, wait, response.headers)
        self._exchange.log(
            "%s; asking again in %.1f s (try %d)",
            errors.describe(error),
            wait,
            details["tries"] + 1,
            level=logging.WARNING,
        )
