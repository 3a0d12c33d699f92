"""What goes to the log, at which level it can be seen, and in which form."""

from __future__ import annotations

import logging
from copy import copy
from pathlib import Path

import singer_sdk

from tap_pagerduty import NAME
from tap_pagerduty.compat import override
from tap_pagerduty.reporting.printable import hide_proxies, lines_printable, printable

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
        # It warns with a traceback of headers that it cannot parse.
        logging.getLogger("urllib3").setLevel(logging.ERROR)


class _SafeFormatter(logging.Formatter):
    """Formats as another one does, then masks secrets and what a terminal acts on.

    It works on the text as a whole, since exceptions and further fields hold messages too.
    """

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    @override
    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if not message.isprintable():
            record = copy(record)
            record.msg, record.args = printable(message), None
        return lines_printable(self._formatter.format(record))


def make_safe() -> None:
    """Have all handlers of the log print no secret, and nothing that a terminal acts on."""
    hide_proxies()
    loggers = [logging.getLogger(), *logging.getLogger().manager.loggerDict.values()]
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):
            formatter = handler.formatter
            if not isinstance(formatter, _SafeFormatter):
                handler.setFormatter(_SafeFormatter(formatter or logging.Formatter()))
