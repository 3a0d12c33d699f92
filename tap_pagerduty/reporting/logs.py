"""What goes to the log, and at which level it can be seen."""

from __future__ import annotations

import logging
from pathlib import Path

import singer_sdk

from tap_pagerduty import NAME

# Where the SDK's code lies, as a log record has it.
_SDK = str(Path(singer_sdk.__file__).parent)


def is_not_the_sdks(record: logging.LogRecord) -> bool:
    """Return whether a log record is more than what the SDK logs about its own steps.

    That is at INFO, mostly under the name of the tap or a stream: a line for each stream
    that is not selected, for each that starts, for each metric.
    """
    return record.levelno != logging.INFO or not record.pathname.startswith(_SDK)


def hide_sdk_lines() -> None:
    """Leave the SDK's own lines to those who ask for DEBUG; the log has been set up.

    Metrics still go to a handler that SINGER_SDK_LOG_CONFIG gives to `singer_sdk.metrics`.
    """
    root = logging.getLogger()
    if root.level > logging.DEBUG and logging.getLogger(NAME).getEffectiveLevel() > logging.DEBUG:
        for handler in root.handlers:
            handler.addFilter(is_not_the_sdks)
