"""The tap: its settings, what its streams share, and the list of streams."""

from __future__ import annotations

import ipaddress
import os
import sys
import typing as t
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlsplit

import pendulum
from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.exceptions import ConfigValidationError

from tap_pagerduty.children import ChildStream
from tap_pagerduty.connection import HOSTS, Connection
from tap_pagerduty.output import Writer
from tap_pagerduty.state import check
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.times import instant
from tap_pagerduty.windows import isoformat

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from tap_pagerduty.client import PagerDutyStream


class TapPagerDuty(Tap):
    """Singer tap for PagerDuty: reads an account through its REST API v2."""

    name = "tap-pagerduty"
    message_writer_class = Writer

    config_jsonschema = th.PropertiesList(
        th.Property(
            "api_key",
            th.StringType,
            required=True,
            secret=True,
            title="API key",
            description="REST API key of the account or of a user; read-only is enough.",
        ),
        th.Property(
            "start_date",
            th.DateTimeType,
            title="Start date",
            description=(
                "Where the first load of the event streams begins (ISO 8601, UTC unless it "
                "has an offset). Default: one year before the run."
            ),
        ),
        th.Property(
            "anchor_date",
            th.DateTimeType,
            title="Anchor date",
            description="Another name for `start_date`, as other PagerDuty connectors have it.",
        ),
        th.Property(
            "region",
            th.StringType,
            default="us",
            allowed_values=sorted(HOSTS, reverse=True),
            title="Service region",
            description="Where the account lives: `us` (api.pagerduty.com) or `eu` "
            "(api.eu.pagerduty.com).",
        ),
        th.Property(
            "api_url",
            th.StringType,
            title="API address",
            description="Base address to use in place of the region's; https, or http on "
            "this machine.",
        ),
        th.Property(
            "user_agent",
            th.StringType,
            title="User agent",
            description="`User-Agent` header. Default: `tap-pagerduty/<version>`.",
        ),
        th.Property(
            "request_timeout_seconds",
            th.IntegerType(minimum=1),
            default=60,
            title="Request timeout",
            description="Seconds to wait for an answer before it is asked for again.",
        ),
        th.Property(
            "retry_timeout_seconds",
            th.IntegerType(minimum=1),
            default=300,
            title="Retry timeout",
            description="Seconds for which a failing request is retried before its stream is "
            "given up.",
        ),
        th.Property(
            "max_concurrency",
            th.IntegerType(minimum=1, maximum=20),
            default=3,
            title="Concurrent requests",
            description="Most requests under way at once.",
        ),
        th.Property(
            "requests_per_second",
            th.IntegerType(minimum=1),
            title="Requests per second",
            description="Most requests sent in a second, all streams together. Unset, the "
            "limit that PagerDuty's answers tell is used up evenly; 5 until they tell one.",
        ),
        th.Property(
            "rate_limit_reserve_percent",
            th.IntegerType(minimum=0, maximum=90),
            default=10,
            title="Rate limit reserve",
            description="Percentage of the key's rate limit that is left to its other users.",
        ),
        th.Property(
            "incident_lookback_days",
            th.IntegerType(minimum=0),
            default=0,
            title="Incident look-back",
            description="Days of creation whose incidents are read again on each run, for "
            "changes that PagerDuty neither logs nor makes to open incidents.",
        ),
        th.Property(
            "emit_activate_version_messages",
            th.BooleanType,
            default=True,
            title="Emit ACTIVATE_VERSION",
            description="After a full table that was read whole, tell the target to remove "
            "the rows that are gone from the account.",
        ),
        th.Property(
            "include_secrets",
            th.BooleanType,
            default=False,
            title="Include secrets",
            description="Load integration keys, routing keys, tokens and the like as well; "
            "they are left out otherwise.",
        ),
        additional_properties=False,
    ).to_dict()

    @cached_property
    def connection(self) -> Connection:
        """What the streams share; made when the first of them is."""
        return Connection(self.config)

    @override
    def discover_streams(self) -> Sequence[PagerDutyStream]:
        streams = {stream: stream(self, self.connection) for stream in STREAMS}
        for stream in streams.values():
            if isinstance(stream, ChildStream):
                streams[stream.parent].child_streams.append(stream)
        return list(streams.values())

    # -- Settings

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings, and fill in what the other settings or the day imply.

        The SDK has no public hook between merging the settings and making the streams.
        """
        if not raise_errors:
            # Discovery needs no key; whatever else is set has to be right even then.
            self._config.setdefault("api_key", "none")
        secret = self._config.get("api_key")
        try:
            super()._validate_config(raise_errors=True)
        except ConfigValidationError as error:
            errors = [text.replace(repr(secret), "(secret)") for text in error.errors]
            raise ConfigValidationError(str(error), errors=errors, schema=error.schema) from None
        if errors := self._complete_config():
            summary = "Config validation failed"
            raise ConfigValidationError(summary, errors=errors, schema=self.config_jsonschema)
        return []

    def _complete_config(self) -> list[str]:
        """Set `start_date` from what is given for it; return what is wrong, a line each."""
        errors = []
        # Keys that come from files tend to end in a line break.
        self._config["api_key"] = key = self._config["api_key"].strip()
        if not key or not key.isascii() or not key.isprintable():
            errors.append("api_key is empty, or holds characters that no key has.")
        if not str(self._config.get("user_agent") or "").isprintable():
            errors.append("user_agent holds characters that no header can have.")
        now = pendulum.now("UTC")
        starts = {}
        for setting in ("start_date", "anchor_date"):
            value = self._config.get(setting)
            if value is None:
                continue
            try:
                starts[setting] = start = instant(value)
            except ValueError:
                errors.append(f"{setting} {value!r} is no date; write 2026-01-31T00:00:00Z.")
            else:
                if start > now:
                    errors.append(f"{setting} {value!r} lies in the future.")
        if len(set(starts.values())) > 1:
            errors.append("start_date and anchor_date mean the same, but differ; give one.")
        start = next(iter(starts.values()), now.subtract(years=1).replace(microsecond=0))
        self._config["start_date"] = isoformat(start)
        if (url := self._config.get("api_url")) and not _is_safe(url):
            errors.append("api_url must begin with https://, or http:// for this machine only.")
        return errors

    # -- State

    @override
    def load_state(self, state: dict[str, t.Any]) -> None:
        """Take the state of an earlier run.

        Raises:
            SystemExit: it is not one of this tap's; to ignore it would be a full reload.
        """
        try:
            check(state, self.streams)
        except ValueError as error:
            self.logger.error("The state cannot be used: %s.", error)  # noqa: TRY400
            raise SystemExit(1) from None
        super().load_state(state)

    # -- The run as a whole

    @classmethod
    @override
    def invoke(cls, **kwargs: t.Any) -> None:
        with _json_or_exit(cls.logger, "state or catalog"):
            super().invoke(**kwargs)

    @classmethod
    @override
    def cb_config(cls, *args: t.Any) -> t.Any:
        with _json_or_exit(cls.logger, "config"):
            config = super().cb_config(*args)
        if config.parse_env and (errors := cls._check_environment()):
            for error in errors:
                cls.logger.error(error)
            raise SystemExit(1)
        return config

    @classmethod
    def _check_environment(cls) -> list[str]:
        """Return which variables hold no number where one is due; the SDK would crash."""
        errors = []
        for name, schema in cls.config_jsonschema["properties"].items():
            variable = f"{cls._env_var_prefix}{name.upper()}"
            if "integer" in schema["type"] and variable in os.environ:
                try:
                    int(os.environ[variable])
                except ValueError:
                    errors.append(f"{variable} must be a whole number.")
        return errors

    @classmethod
    @override
    def cb_test(cls, *args: t.Any) -> None:
        try:
            super().cb_test(*args)
        except ConfigValidationError as error:
            for line in error.errors:
                cls.logger.error(line)  # noqa: TRY400, one line for people
            raise SystemExit(1) from None

    @override  # type: ignore[misc]
    def run_connection_test(self) -> bool:
        """Read one record of each stream; exit 1 if one cannot be read."""
        done = super().run_connection_test()
        self._tell_what_is_missing()
        return done

    @override  # type: ignore[misc]
    def sync_all(self) -> None:
        """Sync all streams; then tell what is missing, and exit 1 if any data may be.

        The SDK declares this final, and has no hook after the last stream.
        """
        try:
            super().sync_all()
        except BrokenPipeError:
            self.logger.error("The target stopped reading; see its own messages.")  # noqa: TRY400
            # Python would write what is buffered to the closed pipe once more, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        self._tell_what_is_missing()

    def _tell_what_is_missing(self) -> None:
        streams = t.cast("dict[str, PagerDutyStream]", self.streams).values()
        for stream in streams:
            if stream.skipped:
                self.logger.warning("%s was skipped: %s", stream.name, stream.skipped)
        incomplete = [stream for stream in streams if stream.failed]
        for stream in incomplete:
            self.logger.error("%s is incomplete: %s", stream.name, stream.failed)
        if incomplete:
            self.logger.error("Run again to complete: finished windows are not read again.")
            raise SystemExit(1)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Stop at once, with a nonzero status.

        No further STATE is written: the last one stands behind the last finished window,
        and a record may be half written at this moment.
        """
        self.logger.warning(
            "Stopped by signal %d; the next run goes on from the last state.", signum
        )
        raise SystemExit(128 + signum)


@contextmanager
def _json_or_exit(logger: logging.Logger, what: str) -> Iterator[None]:
    """Exit with one line if a file that the SDK reads is no JSON."""
    try:
        yield
    except ValueError as error:
        if not hasattr(error, "lineno"):  # the mark of all JSON decoders' errors
            raise
        logger.error("The %s file is no JSON: %s.", what, error)  # noqa: TRY400
        raise SystemExit(1) from None


def _is_safe(url: str) -> bool:
    """Return whether a key may be sent there: encrypted, or not leaving this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return True
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"
