"""The range of time that a run reads."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pendulum

from tap_pagerduty.api.windows import start_of
from tap_pagerduty.records.timestamps import instant, whole_second
from tap_pagerduty.sync import account_clock

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_pagerduty.api.connection import Connection
    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.api.responses import PageResponse


class SyncRange:
    """The range of time that a run reads, by the account's clock and the settings; all in UTC."""

    def __init__(
        self,
        config: Mapping[str, t.Any],
        connection: Connection,
        fetch: Callable[[PageRequest], PageResponse],
        period: str = "",
    ) -> None:
        """Take the settings, the connection, and what sends a request.

        PERIOD is `day` or `month` if no range may end within one, unless the run does.
        """
        self._config = config
        self._connection = connection
        self._fetch = fetch
        self._period = period

    @property
    def run_started_at(self) -> datetime:
        """The account's time when the run started; see `account_clock`."""
        return account_clock.run_started_at(self._connection, self._fetch)

    @property
    def start(self) -> datetime:
        """Where a first load starts: at `start_date`, or a year before the run."""
        if given := self._config.get("start_date"):
            return instant(given)
        return pendulum.instance(self.run_started_at).subtract(years=1)

    def end(self, days_ahead: int = 0) -> datetime:
        """Return where reading ends: so many days after the start of the run, or at `end_date`.

        A period that `end_date` cuts is left to the next slice.
        """
        end = self.run_started_at + timedelta(days=days_ahead)
        if given := self._config.get("end_date"):
            end = min(end, whole_second(instant(given)))
        if self._period and end < self.run_started_at:
            return start_of(self._period, end)
        return end

    @property
    def is_slice(self) -> bool:
        """Whether the run reads a slice of the past, and not all up to now."""
        return bool(self._config.get("end_date")) and self.end() < self.run_started_at
