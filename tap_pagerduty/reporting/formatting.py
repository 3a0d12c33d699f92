"""What a run has done, in the words and numbers that people read."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tap_pagerduty.reporting.progress import Progress, StreamProgress


def so_far(stream: StreamProgress) -> str:
    """Return how far a stream has come; empty if that is unknown."""
    done, planned = stream.windows
    if planned > 1:
        return f"{done} of {planned} windows"
    if stream.parent:
        return count(stream.parents, "parent")
    if stream.total and stream.share is not None:
        return f"{stream.share:.0%} of {stream.total:,}"
    return ""


def pace(progress: Progress) -> str:
    """Return the requests of a second, against the limit if it is known."""
    limit = f" of {progress.limit:.1f}" if progress.limit else ""
    return f"{progress.pace:.1f}{limit} requests/s"


def streams_done(progress: Progress) -> str:
    """Return how many streams are done with."""
    done = sum(each.finished_at is not None for each in progress.streams)
    return f"{done} of {count(len(progress.streams), 'stream')} done"


def count(number: int, thing: str) -> str:
    """Return a number of things."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def duration(seconds: float) -> str:
    """Return a time as a person would say it."""
    if seconds < 1:
        return "<1 s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
