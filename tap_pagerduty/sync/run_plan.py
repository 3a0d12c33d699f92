"""What a run will request: known at its start for all streams, and sent ahead of their turn."""

from __future__ import annotations

import typing as t
from functools import partial

from tap_pagerduty.sync import account_clock

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk import Stream

    from tap_pagerduty.sync.client import PagerDutyStream


class RunPlan:
    """Has the first requests of all selected streams sent ahead, in the order of the streams.

    Otherwise each stream would take the time of a response at least. Those of streams that are
    read by time follow as soon as the account's time is known, after the first response.
    """

    def __init__(self, streams: Iterable[Stream]) -> None:
        """Take all streams of the run, in their order."""
        found = t.cast("Iterable[PagerDutyStream]", streams)
        read = [
            each
            for each in found
            if not each.parent_stream_type and (each.selected or each.has_selected_descendents)
        ]
        # Streams of which nothing has been requested yet, with their place.
        self._waiting = {stream: order for order, stream in enumerate(read)}
        for stream in read:
            stream.on_reading = partial(self._advance, stream)

    def start(self) -> None:
        """Have the lists requested that are known without the account's time."""
        self._expect(is_timed=False)

    def _advance(self, stream: PagerDutyStream) -> None:
        """Have the rest requested once the account's time is known; STREAM is being read."""
        connection = stream.connection
        if self._waiting and (connection.run_started_at or connection.date):
            account_clock.run_started_at(connection, stream.fetch)
            self._expect(is_timed=True)
        self._waiting.pop(stream, None)

    def _expect(self, *, is_timed: bool) -> None:
        for stream in [each for each in self._waiting if each.is_timed is is_timed]:
            order = self._waiting.pop(stream)
            stream.connection.look_ahead.expect(stream.source, order, stream.first_requests())
