"""What a run finds in the records of a stream and reports once, at the end of the stream."""

from __future__ import annotations

import logging
import typing as t

# The column of each stream for properties that its schema does not declare, and for values
# that their declared type cannot hold. PagerDuty's own names begin with a letter.
UNDOCUMENTED = "_undocumented"


if t.TYPE_CHECKING:
    from tap_pagerduty.records import Record


class Log(t.Protocol):
    """Logs a line of a stream."""

    def __call__(self, message: str, *args: object, level: int) -> None:
        """Log MESSAGE with ARGS, at LEVEL."""


class Findings:
    """What is odd about the records of a stream, each kind reported in one line.

    Any thread may add to it.
    """

    def __init__(self) -> None:
        """Start with nothing found."""
        # Names of properties that the schema does not declare.
        self.undeclared: set[str] = set()
        # Paths of values that the declared type cannot hold.
        self.misfits: set[str] = set()
        # What was replaced in response bodies, in words.
        self.replaced: set[str] = set()
        # Records without a key: how many, and the key columns that lack a value.
        self.keyless = 0
        self.missing_keys: set[str] = set()

    def has_key(self, record: Record, key: tuple[str, ...]) -> bool:
        """Return whether no column of a RECORD's KEY is null or empty; note it otherwise."""
        values = {name: record.get(name) for name in key}
        missing = {name for name, value in values.items() if value is None or value == ""}
        if missing:
            self.keyless += 1
            self.missing_keys |= missing
        return not missing

    def report(self, stream: str, log: Log) -> None:
        """Log what was found in the records of STREAM."""
        if self.undeclared:
            log(
                "%s has properties that this version does not know: %s; they are in `%s`. "
                "Please report them, so that they get columns of their own.",
                stream,
                ", ".join(sorted(self.undeclared)),
                UNDOCUMENTED,
                level=logging.INFO,
            )
        if self.misfits:
            log(
                "%s has values of another type than documented: %s; they are in `%s`. Please "
                "report them.",
                stream,
                ", ".join(sorted(self.misfits)),
                UNDOCUMENTED,
                level=logging.WARNING,
            )
        for what in sorted(self.replaced):
            log(
                "%s: some text holds %s; each is replaced with U+FFFD.",
                stream,
                what,
                level=logging.WARNING,
            )
        if self.keyless:
            log(
                "%s: %d records have no %s and are left out, since a target cannot store a row "
                "without its key.",
                stream,
                self.keyless,
                " and no ".join(f"`{name}`" for name in sorted(self.missing_keys)),
                level=logging.WARNING,
            )
