"""How reading a stream went: complete, skipped or incomplete, and the messages for people."""

from __future__ import annotations

import logging
import traceback
import typing as t
from contextlib import contextmanager
from pathlib import Path

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty import NAME
from tap_pagerduty.api import errors
from tap_pagerduty.api.errors import (
    RETRIED,
    STOPPING,
    NotFoundError,
    QuotaError,
    StopError,
)
from tap_pagerduty.api.pagination import LIST, CeilingError, Page
from tap_pagerduty.api.requests import PageRequest

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.responses import PageResponse


_logger = logging.getLogger(NAME)

# What code raises that meets a value of a type it does not expect.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)


class Exchange(t.Protocol):
    """What an outcome needs of its stream: to ask, and to log."""

    name: str

    @property
    def http_headers(self) -> Mapping[str, str]:
        """The headers of its requests."""

    def fetch(self, request: PageRequest) -> PageResponse:
        """Return the response to a request."""

    def log(self, message: str, *args: object, level: int = logging.INFO) -> None:
        """Log a message of the stream."""


class Outcome:
    """How reading a stream went, as far as is known."""

    def __init__(self, stream: Exchange, needs: str, connection: Connection) -> None:
        """Take the stream, the access that it NEEDS in words, and the run's connection."""
        self._stream = stream
        self._needs = needs
        self._connection = connection
        # Why the stream was skipped, or is incomplete; both empty when all is well.
        self.skipped_message = ""
        self.failed_message = ""
        # Whether the next run reads what was skipped: the access is there.
        self.postponed = False
        # Whether the API has returned anything of the stream.
        self.has_response = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.skipped_message and not self.failed_message

    def skip(self, reason: str) -> None:
        """Note that the account or the key lacks the access that the stream needs."""
        self.skipped_message = self.missing_access_message(reason)
        # The warning comes at the end of the run, where it is seen.
        self._stream.log("Skipped: %s", self.skipped_message)

    def miss(self, reason: str) -> None:
        """Note that the account does not have what the stream reads: the API says 404 or 410.

        Raises:
            StopError: nor does it have anything else, so the address may be wrong.
        """
        if not self._connection.has_succeeded:
            try:
                self._stream.fetch(PageRequest("/abilities", "abilities", {}, LIST, Page({})))
            except NotFoundError as error:
                raise StopError(self._connection.foreign_message(error)) from None
            except SkippableAPIError:
                pass  # it knows the path
        self.skipped_message = self.missing_feature_message(reason)
        self._stream.log("Skipped: %s", self.skipped_message)

    def fail(self, reason: str) -> None:
        """Note that the stream is incomplete; the run ends with a nonzero status."""
        self.failed_message = reason
        self._stream.log("Incomplete: %s", reason, level=logging.ERROR)

    @contextmanager
    def errors_reported(self) -> Iterator[None]:
        """Report in one line what stops this stream; other streams continue.

        Raises:
            SystemExit: no stream can be read, as the API refused the credentials or does not
                respond at all; its code is the line for people.
        """
        try:
            with self._missing_lists_noted():
                yield
        except STOPPING as error:
            raise SystemExit(self.stop_message(error)) from None
        except SkippableAPIError as error:
            if self.has_response:
                self.fail(f"access was withdrawn while reading: {error}")
            else:
                self.skip(str(error))
        except QuotaError as error:
            if self.has_response:
                self.fail(str(error))
            else:
                self.skipped_message, self.postponed = str(error), True
        except (FatalAPIError, CeilingError) as error:
            self._fail_with(errors.describe(error))
        except (RetriableAPIError, *RETRIED) as error:
            self._fail_with(errors.describe(error) + self._connection.gave_up_message)
        except UNREADABLE as error:
            _logger.debug("Where %s failed:", self._stream.name, exc_info=True)
            # The text of a ValueError quotes the value, which may be personal.
            text = "" if isinstance(error, ValueError) else f": {error}"
            what = f"{type(error).__name__} in {_place_of(error)}{text}"
            self.fail(f"a record is not as the API documents it ({what}); report it")

    @contextmanager
    def _missing_lists_noted(self) -> Iterator[None]:
        try:
            yield
        except NotFoundError as error:
            if self.has_response:
                raise
            self.miss(str(error))

    def _fail_with(self, reason: str) -> None:
        self.fail(reason)
        if not self._connection.has_responded:
            raise SystemExit(self._connection.unreachable_message) from None

    def stop_message(self, error: Exception) -> str:
        """Return the line for people about an error that stops a run (one of `STOPPING`)."""
        return self._connection.stop_message(error, self._stream.http_headers)

    def missing_access_message(self, reason: str) -> str:
        """Return why the stream cannot be read, and the access that it needs."""
        return f"{reason.rstrip('.')}; it requires {self._needs}"

    @staticmethod
    def missing_feature_message(reason: str) -> str:
        """Return why the stream cannot be read of this account."""
        return f"{reason.rstrip('.')}; the account does not have this feature"

    @property
    def children_skipped_message(self) -> str:
        """Why the child streams cannot be read; empty if they can."""
        return (
            self.skipped_message and f"{self._stream.name} cannot be read: {self.skipped_message}"
        )


def _place_of(error: Exception) -> str:
    """Return the file and line in which an error was raised or passed on by the tap."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "tap_pagerduty" in frame.filename] or frames
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}"
