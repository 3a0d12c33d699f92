"""Runs of the tap: how each stream ended, and what it took."""

from __future__ import annotations

from tap_pagerduty.streams.common import (
    boolean,
    integer,
    key,
    own_properties,
    text,
    time,
)
from tap_pagerduty.sync.run_log import RunLog


class SyncRuns(RunLog):
    """What each run of the tap has done, stream by stream; made by the tap, without a request."""

    name = "sync_runs"
    primary_keys = ("run_id", "stream")
    cost = "none"
    schema = own_properties(
        key("run_id", "Id of the run, which the tap makes up."),
        key("stream", "Name of the stream."),
        time("run_started_at", "When the run started, by the clock of the machine it ran on."),
        time("run_ended_at", "When the run ended; null if it was killed."),
        time("started_at", "When the tap started to read the stream; null if it never did."),
        time("ended_at", "When the tap finished the stream; null if it never did."),
        text(
            "outcome",
            "How the stream ended: `complete`; `skipped`, because access or quota is missing; "
            "`incomplete` after an error; `interrupted`, because the run stopped before.",
        ),
        text("reason", "Why the stream is not complete; null if it is."),
        integer("records", "Records emitted; null if the run was killed, as all counts are."),
        integer("requests", "Requests sent for the stream, retries included."),
        integer("refusals", "Responses with status 429: requests that came too fast."),
        integer("retries", "Requests that were retried."),
        integer("windows", "Time windows read in full; 0 for a list without windows."),
        time(
            "bookmark_before",
            "Position from which the run resumed; null for a full table or a first load.",
        ),
        time(
            "bookmark_after",
            "Position from which the next run resumes; null for a full table.",
        ),
        boolean(
            "is_first_load",
            "Whether the state had nothing of the stream (of a child stream: of its parent).",
        ),
        text("tap_version", "Version of the tap."),
        text(
            "subdomain",
            "First part of the account's web address, such as `acme`; null if no setting and no "
            "record shows it.",
        ),
    )
