"""The run log: a stream whose records are what the runs of the tap have done."""

from __future__ import annotations

import sys
import typing as t
from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timezone

from tap_pagerduty.compat import override
from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.reporting.run_report import INTERRUPTED
from tap_pagerduty.sync.client import PagerDutyStream
from tap_pagerduty.sync.state import earliest_positions

if t.TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from singer_sdk.helpers.types import Context, TapState

    from tap_pagerduty.api.requests import PageRequest
    from tap_pagerduty.records import Record
    from tap_pagerduty.reporting.run_report import RunReport

_KILLED = "the run did not end: it was killed, or its machine stopped"


class RunLog(PagerDutyStream):
    """What each run has done, a row for each of its streams. It takes no request.

    The SCHEMA comes first, the rows when the run ends, however it ends. After a kill, or if the
    run was stopped before it read any record, the next run writes the rows: the bookmark names a
    run, and its streams until their rows are out.
    """

    path = ""

    # What is to be written now.
    _due: t.ClassVar[list[Record]] = []
    _is_announced = False

    def begin(self, report: RunReport) -> None:
        """Write the SCHEMA and the rows that the run before has not written; note the new run.

        To be called before the run's first STATE.
        """
        self._write(self._rows_of_killed_run())
        self.stream_state.clear()
        self.stream_state.update(
            run_id=report.run_id,
            run_started_at=isoformat(report.started_at),
            streams=",".join(stream.name for stream in report.progress.streams),
        )

    def end(self, report: RunReport) -> None:
        """Write the rows of the run, and a STATE in which it has ended.

        If something stopped the run, that is the last STATE with nothing else changed: records
        behind a later position may not be out.
        """
        with suppress(OSError):  # which the writer reports
            sys.stdout.flush()  # what was stopped may have left a part of a line
        # `meltano config test` takes any RECORD for a sign that the settings work: of a run that
        # was stopped before it read anything, the next run writes the rows.
        is_later = bool(report.stopped) and not any(each["records"] for each in report.rows)
        if not is_later:
            self._write(report.rows)
        state = self._emitted_state() if report.stopped else self.tap_state
        bookmark: MutableMapping[str, t.Any] = state["bookmarks"][self.name]
        if is_later:
            bookmark["reason"] = report.stopped
        else:
            bookmark.pop("streams", None)
        bookmark["run_ended_at"] = isoformat(datetime.now(timezone.utc))
        self._tap.state_writer.write_state(state)

    def _emitted_state(self) -> TapState:
        """Return a copy of the last STATE that was written; of the present one if none was."""
        # The SDK keeps it to write none twice, and does not show it.
        emitted = self._tap.state_writer._last_emitted_state  # noqa: SLF001
        return deepcopy(emitted or self.tap_state)

    def _rows_of_killed_run(self) -> Iterable[Record]:
        """Yield a row for each stream of the run before, if it has not written them itself."""
        known = self.stream_state
        streams = known.get("streams")
        try:
            started_at = isoformat(instant(known["run_started_at"]))
            ended_at = known.get("run_ended_at") and isoformat(instant(known["run_ended_at"]))
        except (KeyError, TypeError, ValueError):
            return
        reached = earliest_positions(self.tap_state)
        for name in streams.split(",") if isinstance(streams, str) and streams else ():
            yield {
                **dict.fromkeys(type(self).schema["properties"]),  # type: ignore[index]
                "run_id": str(known.get("run_id") or started_at),
                "stream": name,
                "run_started_at": started_at,
                "run_ended_at": ended_at,
                "outcome": INTERRUPTED,
                "reason": str(known.get("reason") or _KILLED),
                "bookmark_after": reached.get(name),
            }

    def _write(self, rows: Iterable[Record]) -> None:
        self._due = list(rows)  # type: ignore[misc]
        self.record_writer.extracted_at = datetime.now(timezone.utc)
        self.sync()

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield what is due: nothing when the SDK reads this stream in its turn."""
        due, self._due = self._due, []  # type: ignore[misc]
        return due

    @override
    def first_load_requests(self) -> list[PageRequest]:
        return []

    @override
    def first_requests(self) -> list[PageRequest]:
        return []

    @override
    def _write_schema_message(self) -> None:
        """Write the SCHEMA once; the SDK writes it with each call of `sync`."""
        if not self._is_announced:
            super()._write_schema_message()
        self._is_announced = True

    @override
    def _write_state_message(self) -> None:
        """Write nothing: `end` writes the STATE, and not always that of the moment."""

    @property
    @override
    def is_versioned(self) -> bool:
        """False: the rows of earlier runs stay."""
        return False
