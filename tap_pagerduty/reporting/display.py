"""How the progress of a run, and what it did in the end, are shown to a person."""

from __future__ import annotations

import logging
import os
import sys
import typing as t
from contextlib import contextmanager

from tap_pagerduty import NAME
from tap_pagerduty.reporting.progress import ProgressListener
from tap_pagerduty.reporting.progress_lines import ProgressLines
from tap_pagerduty.reporting.summary import summary

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_pagerduty.reporting.progress import Progress
    from tap_pagerduty.reporting.progress_bars import ProgressBars

_logger = logging.getLogger(NAME)


@contextmanager
def run_shown(progress: Progress, bookmarks: Callable[[], Mapping[str, str]]) -> Iterator[None]:
    """Show how a run goes, and in the end, however it ends, what it did.

    All of it is at INFO. On a terminal there are bars, unless stdout or the log need it for
    themselves; elsewhere there is a line now and then. BOOKMARKS returns where the
    streams' positions are at the moment.
    """
    earlier = dict(bookmarks())
    bars = _bars(progress)
    try:
        if bars:
            with bars:
                yield
        else:
            progress.listener = ProgressLines(progress)
            yield
    finally:
        progress.listener = ProgressListener()
        rows = summary(progress, earlier, bookmarks())
        if bars:
            bars.print([text for text, _ in rows])
        else:
            for text, extra in rows:
                _logger.info(text, extra=extra)


def _bars(progress: Progress) -> ProgressBars | None:
    """Return the bars, if standard error is a terminal and free for them."""
    if (
        not _logger.isEnabledFor(logging.INFO)
        or not sys.stderr.isatty()
        or sys.stdout.isatty()
        or "SINGER_SDK_LOG_CONFIG" in os.environ
    ):
        return None
    from tap_pagerduty.reporting.progress_bars import (  # noqa: PLC0415, what draws takes long to load
        ProgressBars,
    )

    bars = ProgressBars(progress)
    return bars if bars.can_be_drawn else None
