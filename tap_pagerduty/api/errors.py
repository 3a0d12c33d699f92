"""What each status of a response means, as an exception.

`retries` retries what may pass; `sync.outcome` decides whether a stream is skipped or incomplete.
"""

from __future__ import annotations

import math
import re
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec
import requests
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError
from urllib3.exceptions import NewConnectionError

from tap_pagerduty.reporting.printable import printable

_decoder = msgspec.json.Decoder()

# Characters of the API's own message that go into ours.
_MESSAGE_LENGTH = 300


class CredentialsError(Exception):
    """The API refused the credentials (401)."""


class StopError(Exception):
    """Nothing can be read, whichever stream it is; the text is the line for people."""


class TokenError(Exception):
    """The token host gave no access token, which may pass; the text names the host."""


class NotFoundError(FatalAPIError):
    """The API does not have the resource (404), or no longer (410).

    `sync.outcome` skips a list for which it is raised; `sync.child` passes over a parent.
    """


class ForeignError(RetriableAPIError):
    """A refusal that is not the API's own: that of a gateway or proxy, which may pass."""


class TooLargeError(FatalAPIError):
    """A response has a larger body than is read."""

    def __init__(self, message: str, response: requests.Response) -> None:
        """Take the message, and the response."""
        super().__init__(message)
        self.response = response


class UnreadableRecordError(FatalAPIError):
    """One record of a list cannot be had, though its neighbour can; the text has its position."""


class QuotaError(FatalAPIError):
    """The account's quota for the day is used up (429 with `daily-ratelimit-*` headers)."""


# Faults of the connection after which a request is made again.
RETRIED = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
# What the API refuses, what it does not have, and what a server says that will never do it.
_REFUSALS = {HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_PERMANENT = {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED}
# Errors after which no stream can be read.
STOPPING = (CredentialsError, StopError, TokenError)


def raise_for_status(response: requests.Response) -> None:
    """Return if the response is a success.

    Raises:
        CredentialsError: 401.
        SkippableAPIError: 402, 403; the account or the key lacks what the stream needs.
        NotFoundError: 404, 410.
        ForeignError: 402, 403, 404, 410 without the API's own error in the body.
        QuotaError: 429, for a quota that is renewed daily.
        FatalAPIError: another 3xx or 4xx, 400 among them, 501, 505: asking again will not help.
        RetriableAPIError: 408, 429, another 5xx.
    """
    status = response.status_code
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    message, required_scopes = error_message(response.content)
    reason = (response.reason or "")[:_MESSAGE_LENGTH]
    said = f"{status} {reason}".rstrip() + (f": {message}" if message else "")
    if target := _redirect_target(response):
        msg = f"{said}: redirects to {target}, which the tap does not follow; check the address"
        raise FatalAPIError(msg)
    if status == HTTPStatus.UNAUTHORIZED:
        raise CredentialsError(said)
    if status in _REFUSALS | _GONE and not _is_of_the_api(response.content, coded=status in _GONE):
        msg = f"{said}, which is not PagerDuty's own error (a proxy's?)"
        raise ForeignError(msg, response)
    if status in _REFUSALS:
        raise SkippableAPIError(said + (f" ({required_scopes})" if required_scopes else ""))
    if status in _GONE:
        raise NotFoundError(said)
    if _daily_quota_is_used_up(response):
        hours = header_number(response, "daily-ratelimit-reset") / 3600
        msg = f"the account's daily quota is used up; it is renewed in {hours:.1f} h"
        raise QuotaError(msg)
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS} or (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _PERMANENT
    ):
        raise RetriableAPIError(said, response)
    raise FatalAPIError(said)


def _redirect_target(response: requests.Response) -> str:
    """Return the host that a 3xx names, without user and path; empty if it is no redirect."""
    location = response.headers.get("Location")
    if response.status_code >= HTTPStatus.BAD_REQUEST or not location:
        return ""
    try:
        return urlsplit(location).netloc.rpartition("@")[2] or "another path"
    except ValueError:
        return "what is no address"


def _daily_quota_is_used_up(response: requests.Response) -> bool:
    """Return whether a 429 is for a day's quota: no wait that is worth it ends it."""
    return (
        response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        and header_number(response, "daily-ratelimit-remaining", default=1) <= 0
    )


def header_number(response: requests.Response, header: str, default: float = 0) -> float:
    """Return the number that a HEADER holds; DEFAULT if it is absent or holds none."""
    try:
        found = float(response.headers[header])
    except (KeyError, ValueError):
        return default
    return found if math.isfinite(found) else default


def _is_of_the_api(content: bytes, *, coded: bool) -> bool:
    """Return whether the body of a refusal is the API's own error; CODED if that has a code.

    PagerDuty says "Not Found" with code 2100. Those who stand in between do not.
    """
    try:
        body = _decoder.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return False
    error = body.get("error", body.get("errors")) if isinstance(body, dict) else None
    if coded:
        return isinstance(error, dict) and type(error.get("code")) is int
    return bool(error)


def is_heavy(error: Exception) -> bool:
    """Return whether a request may have failed since it asked for too much."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return False
    if isinstance(error, requests.exceptions.ConnectionError):
        cause = getattr(error.args[0], "reason", None) if error.args else None
        return not isinstance(cause, NewConnectionError)
    if isinstance(error, ForeignError):
        return False
    if isinstance(error, RetriableAPIError):
        response = error.response
        return response is None or response.status_code != HTTPStatus.TOO_MANY_REQUESTS
    if isinstance(error, TooLargeError):
        return bool(error.response.ok)
    return isinstance(error, RETRIED)


def describe(error: Exception) -> str:
    """Return in one line what went wrong with a request, without its URL."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, requests.exceptions.Timeout):
        return "no response in time"
    if isinstance(error, requests.exceptions.ConnectionError):
        cause = str(error).rpartition("Caused by ")[2] or str(error)
        return f"connection failed: {_last_words(cause)}"
    if isinstance(error, requests.exceptions.RequestException):
        return f"connection broke off: {_last_words(str(error))}"
    return str(error)


def check_certificate(error: requests.exceptions.RequestException) -> None:
    """Return unless a request failed as the host's certificate is not trusted.

    Raises:
        StopError: it is not, or there is none to trust; asking again will not help.
    """
    text = str(error)
    if "[X509" in text:  # said of a file, never of what a host shows
        msg = (
            "The file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names holds no certificates (PEM)."
        )
        raise StopError(msg) from None
    found = re.search(r"certificate verify failed: (.+?) \(_ssl", text)
    if found:
        host = urlsplit(error.request.url or "").netloc if error.request else "the host"
        msg = (
            f"The certificate of {host} is not trusted ({found[1]}). If a proxy of yours stands "
            "in between, name the file with its CA's certificate in REQUESTS_CA_BUNDLE."
        )
        raise StopError(msg) from None


def _last_words(text: str) -> str:
    """Return the plain end of a nested exception's text."""
    words = text.rpartition(": ")[2].strip("\"'() ")
    words += ")" * (words.count("(") - words.count(")"))
    return words or text


def error_message(content: bytes) -> tuple[str, str]:
    """Return the API's message and the scopes it names as missing; either may be empty.

    Error bodies come in several shapes: `error` is an object with `message` and `errors`
    (a list, a text or a map of lists), a list or a text, of the token host with an
    `error_description`; or the body is none of ours (a proxy's page), of which nothing is
    repeated.
    """
    try:
        return _message_and_scopes(_decoder.decode(content))
    except (msgspec.DecodeError, RecursionError):  # the latter of one that is nested too deep
        return "", ""


def _message_and_scopes(body: object) -> tuple[str, str]:
    if not isinstance(body, dict):
        return "", ""
    error = body.get("error", body)
    scopes = ""
    if isinstance(error, dict):
        required = error.get("required_scopes") or body.get("required_scopes")
        scopes = printable(" ".join(_texts(required)))[:_MESSAGE_LENGTH]
        parts = [*_texts(error.get("message")), *_texts(error.get("errors"))]
    else:
        parts = [*_texts(error), *_texts(body.get("error_description"))]
    # Masked before it is cut: a part of a secret would not be known.
    return printable(": ".join(parts))[:_MESSAGE_LENGTH], scopes


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        text = " ".join(value.split())
        return [text] if text else []
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return [f"{name} {text}" for name, item in value.items() for text in _texts(item)]
    return []


def is_unresolved(error: Exception) -> bool:
    """Return whether a request failed as the name of its host could not be resolved."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return type(reason).__name__ == "NameResolutionError"  # of urllib3 2
