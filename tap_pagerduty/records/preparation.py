"""What is done to each decoded record before it is emitted."""

from __future__ import annotations

import typing as t

from tap_pagerduty.records.column_types import Conformer
from tap_pagerduty.records.paths import leave_out
from tap_pagerduty.records.secrets import remove_secrets, shorten_addresses

if t.TYPE_CHECKING:
    from tap_pagerduty.records import Record
    from tap_pagerduty.records.column_types import Schema
    from tap_pagerduty.records.findings import Findings


class Preparation:
    """Removes the secrets of a record, then brings it to its schema and its times to UTC."""

    def __init__(
        self,
        schema: Schema,
        findings: Findings,
        *,
        secrets: tuple[str, ...] | None,
        addresses: tuple[str, ...],
        carries_events: bool,
    ) -> None:
        """Take the stream's SCHEMA, and its paths of SECRETS and ADDRESSES.

        SECRETS are None if secrets are to be included. See `remove_secrets` for what it means
        that a record CARRIES EVENTS.
        """
        self._conform = Conformer(schema, findings)
        self._secrets, self._addresses = secrets, addresses
        self._carries_events = carries_events

    def __call__(self, record: Record) -> None:
        """Prepare a RECORD, in place."""
        if self._secrets is not None:
            for path in self._secrets:
                leave_out(record, path)
            for path in self._addresses:
                shorten_addresses(record, path)
            remove_secrets(record, carries_events=self._carries_events)
        self._conform(record)
