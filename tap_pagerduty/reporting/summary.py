"""What a run ends with: a row for each stream, and a line for each that lacks data."""

from __future__ import annotations

import logging
import typing as t

from tap_pagerduty.reporting.formatting import count, duration

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_pagerduty.reporting.progress import StreamProgress
    from tap_pagerduty.reporting.run_report import RunReport

_HEADING = ("stream", "records", "requests", "429s", "retries", "bookmark", "")


def summary(report: RunReport) -> list[tuple[str, dict[str, t.Any]]]:
    """Return the lines of the summary, each with what a program wants to know of it.

    The last one has all of it: the rows of `sync_runs`, and the seconds that the run took.
    """
    progress = report.progress
    # The first request of a stream may be made before it is its turn.
    started = [each for each in progress.streams if each.started_at is not None or each.requests]
    if not started:
        return []
    bookmarks = report.bookmarks()
    reached = {
        each.name: each.bookmark or (bookmarks.get(each.name, "") if _is_finished(each) else "")
        for each in started
    }
    rows = [(each.name, *_numbers([each]), reached[each.name], _outcome(each)) for each in started]
    seconds = progress.clock() - progress.started_at
    total = ("total", *_numbers(started), f"in {duration(seconds)}", "")
    lines = _aligned([_HEADING, *rows, total])
    if missing := len(progress.streams) - len(started):
        lines.append(f"{count(missing, 'stream')} not started")
    event = {"summary": {"seconds": round(seconds, 1), "streams": report.rows}}
    return [*((line, {}) for line in lines[:-1]), (lines[-1], event)]


def missing_data(
    skipped: Mapping[str, str],
    incomplete: Mapping[str, str],
    *,
    lacks_access: bool,
    is_strict: bool,
) -> Iterator[tuple[int, str]]:
    """Yield the lines about streams that lack data, each with its level in the log.

    SKIPPED and INCOMPLETE have the reason by the stream's name; LACKS_ACCESS says that streams
    were skipped for a reason that the next run meets again. IS_STRICT says that the run fails if
    any was skipped.
    """
    for name, reason in skipped.items():
        yield logging.WARNING, f"{name} was skipped: {reason}"
    if lacks_access:
        advice = "To load what was skipped, use a key and plan with the required access, or "
        yield logging.INFO, advice + "deselect it."
    for name, reason in incomplete.items():
        yield logging.ERROR, f"{name} is incomplete: {reason}"
    if incomplete:
        yield logging.ERROR, "What was finished is in the state; the next run reads the rest."
    if skipped and is_strict:
        yield logging.ERROR, "The run fails as `strict` is on: what was skipped is missing."


def _numbers(streams: list[StreamProgress]) -> tuple[str, ...]:
    names = ("records", "requests", "refusals", "retries")
    return tuple(f"{sum(getattr(each, name) for each in streams):,}" for name in names)


def _is_finished(stream: StreamProgress) -> bool:
    return stream.finished_at is not None and not stream.failed


def _outcome(stream: StreamProgress) -> str:
    if stream.finished_at is None:
        return "not finished"
    if stream.failed:
        return "incomplete"
    return "skipped" if stream.skipped else ""


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows of a table: texts to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = range(1, 5)
    return [
        "  ".join(
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
