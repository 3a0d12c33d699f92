"""How reading a stream went: complete, skipped or incomplete, and the messages for people."""

from __future__ import annotations

import logging
import typing as t
from contextlib import contextmanager

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SkippableAPIError

from tap_pagerduty.api import errors
from tap_pagerduty.api.errors import RETRIED, STOPPING, QuotaError
from tap_pagerduty.api.pagination import CeilingError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_pagerduty.api.connection import Connection


class Outcome:
    """How reading a stream went, as far as is known."""

    def __init__(
        self,
        name: str,
        needs: str,
        connection: Connection,
        headers: Callable[[], Mapping[str, str]],
        log: Callable[..., None],
    ) -> None:
        """Take the stream's name, the access that it NEEDS, and what it sends and logs with."""
        self._name = name
        self._needs = needs
        self._connection = connection
        self._headers = headers
        self._log = log
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
        self._log("Skipped: %s", self.skipped_message)

    def fail(self, reason: str) -> None:
        """Note that the stream is incomplete; the run ends with a nonzero status."""
        self.failed_message = reason
        self._log("Incomplete: %s", reason, level=logging.ERROR)

    @contextmanager
    def errors_reported(self) -> Iterator[None]:
        """Report in one line what stops this stream; other streams continue.

        Raises:
            SystemExit: no stream can be read, as the API refused the credentials or does not
                respond at all; its code is the line for people.
        """
        try:
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

    def _fail_with(self, reason: str) -> None:
        self.fail(reason)
        if not self._connection.has_responded:
            raise SystemExit(self._connection.unreachable_message) from None

    def stop_message(self, error: Exception) -> str:
        """Return the line for people about an error that stops a run (one of `STOPPING`)."""
        return self._connection.stop_message(error, self._headers())

    def missing_access_message(self, reason: str) -> str:
        """Return why the stream cannot be read, and the access that it needs."""
        return f"{reason.rstrip('.')}; reading it takes {self._needs}"

    @property
    def children_skipped_message(self) -> str:
        """Why the child streams cannot be read; empty if they can."""
        return self.skipped_message and f"{self._name} cannot be read: {self.skipped_message}"
