"""The tap: its settings, what its streams share, its streams, and the run as a whole."""

from __future__ import annotations

import gc
import json
import os
import typing as t
from contextlib import contextmanager
from functools import cached_property

from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.tap_base import CliTestOptionValue

from tap_pagerduty import NAME
from tap_pagerduty.api.connection import Connection
from tap_pagerduty.compat import override
from tap_pagerduty.preflight import Preflight
from tap_pagerduty.records.message_writer import MessageWriter
from tap_pagerduty.reporting import logs
from tap_pagerduty.reporting.display import run_shown
from tap_pagerduty.reporting.formatting import count
from tap_pagerduty.reporting.printable import hide
from tap_pagerduty.reporting.summary import missing_data
from tap_pagerduty.settings import SETTINGS, complete, secrets
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.state import check_state

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Sequence
    from types import FrameType

    import click

    from tap_pagerduty.sync.client import PagerDutyStream


# Objects: more than those of the records whose children are read together.
GARBAGE_THRESHOLD = 100_000


class TapPagerDuty(Tap):
    """Singer tap for PagerDuty: reads an account through its REST API v2."""

    name = NAME
    message_writer_class = MessageWriter

    config_jsonschema = SETTINGS

    @cached_property
    def connection(self) -> Connection:
        """What the streams share; made when the first of them is."""
        return Connection(self.config, self.scopes)

    def scopes(self) -> dict[str, list[str]]:
        """Return the scopes that the selected streams take, each with their names."""
        found: dict[str, list[str]] = {}
        for stream in t.cast("dict[str, PagerDutyStream]", self.streams).values():
            for scope in stream.scopes() if stream.selected else ():
                found.setdefault(scope, []).append(stream.name)
        return found

    @override
    def discover_streams(self) -> Sequence[PagerDutyStream]:
        streams = {stream: stream(self, self.connection) for stream in STREAMS}
        for stream in streams.values():
            if isinstance(stream, ChildStream):
                streams[stream.parent].child_streams.append(stream)
                stream.progress.parent = streams[stream.parent].progress
        return list(streams.values())

    @override
    def setup_mapper(self) -> None:
        """Prepare the stream maps of the catalog, and of parents that it leaves out.

        The SDK looks a parent up there, selected or not, with each record that is read.
        """
        streams = self.streams.values()  # which bring the catalog up to date
        super().setup_mapper()
        for stream in streams:
            if stream.name not in self.mapper.stream_maps and stream.has_selected_descendents:
                self.mapper.register_raw_stream_schema(
                    stream.name, stream.schema, stream.primary_keys
                )

    # -- Settings

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings, and fill in what the other settings or the day imply.

        The SDK has no public hook between merging the settings and making the streams.
        """
        for name in secrets():
            hide(self._config.get(name))
        hidden = {repr(self._config[name]) for name in secrets() if name in self._config}
        try:
            super()._validate_config(raise_errors=True)
        except ConfigValidationError as error:
            errors = error.errors
            for secret in hidden:
                errors = [text.replace(secret, "(secret)") for text in errors]
            raise ConfigValidationError(str(error), errors=errors, schema=error.schema) from None
        # Discovery needs no credentials; whatever else is set has to be right even then.
        if errors := complete(self._config, signed_in=raise_errors):
            summary = "Config validation failed"
            raise ConfigValidationError(summary, errors=errors, schema=self.config_jsonschema)
        return []

    # -- State

    @override
    def __init__(self, *args: t.Any, state: t.Any = None, **kwargs: t.Any) -> None:
        if isinstance(state, (list, int, float)):  # the SDK takes the empty ones for no state
            self._refuse_state("it is no object")
        super().__init__(*args, state=state, **kwargs)

    @override
    def load_state(self, state: dict[str, t.Any]) -> None:
        """Take the state of an earlier run.

        Raises:
            SystemExit: it is not one of this tap's; to ignore it would be a full reload.
        """
        try:
            check_state(state, self.streams)
        except ValueError as error:
            self._refuse_state(error)
        super().load_state(state)
        # The SDK drops empty bookmarks. They tell which child streams have been read before.
        known = state.get("bookmarks", {}).keys() & self.streams.keys()
        for name in sorted(known):
            self.state.setdefault("bookmarks", {}).setdefault(name, {})

    @classmethod
    def _refuse_state(cls, reason: object) -> t.NoReturn:
        cls.logger.error("The state cannot be used: %s.", reason)
        raise SystemExit(1) from None

    # -- The run as a whole

    @classmethod
    @override
    def invoke(cls, **kwargs: t.Any) -> None:
        with _a_line_or_exit(cls.logger, "state or catalog"):
            super().invoke(**kwargs)

    @classmethod
    @override
    def cb_config(cls, *args: t.Any) -> t.Any:
        logs.make_safe()
        logs.hide_sdk_lines()
        with _a_line_or_exit(cls.logger, "config"):
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
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        command.help = "Read a PagerDuty account and write it to standard output, for a target."
        for option in command.params:
            if option.name in {"catalog", "state"}:
                option.is_eager = True  # read before `--test` acts, wherever that stands
            if option.name == "test":
                option.help = (
                    "Tell who signs in, which selected streams can be read and what a first "
                    "load takes. Use --test=schema to write SCHEMA messages only."
                )
        return command

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Check what a run needs, in place of the SDK's trial run of all streams.

        That one knows no catalog, and mixes its own lines with Singer messages.
        """
        if value == CliTestOptionValue.Disabled.value:
            return
        with _a_line_or_exit(cls.logger, "catalog"):
            if value == CliTestOptionValue.Schema.value:
                super().cb_test(ctx, param, value)
            config, catalog = ctx.params["config"], ctx.params.get("catalog")
            tap = cls(
                config=config.config,
                parse_env_config=config.parse_env,
                catalog=json.load(catalog) if catalog else None,
            )
        preflight = Preflight(tap, tap.connection)
        if reason := preflight.run():
            cls.logger.error(reason)
        ctx.exit(0 if preflight.passed and not reason else 1)

    @override  # type: ignore[misc]
    def run_connection_test(self) -> bool:
        """Read one record of each stream; exit 1 if one cannot be read."""
        with self._reason_last():
            done = super().run_connection_test()
        self._report_missing_data()
        return done

    @override  # type: ignore[misc]
    def sync_all(self) -> None:
        """Sync all streams; then report what is missing, and exit 1 if any data may be.

        The SDK declares this final, and has no hook after the last stream.
        """
        # What is loaded by now stays, and records come and go without cycles: the garbage
        # collector need not go through them, again and again (a tenth of the CPU).
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD)
        progress = self.connection.progress
        progress.start(
            stream.name
            for stream in self.streams.values()
            if stream.selected or stream.has_selected_descendents
        )
        self.logger.info(
            "%s %s reads %s from %s.",
            self.name,
            self.plugin_version,
            count(len(progress.streams), "stream"),
            self.connection.url,
        )
        try:
            with self._reason_last(), run_shown(progress, self._bookmarks):
                super().sync_all()
        finally:
            self.connection.workers.stop()
        self._report_missing_data()

    def _bookmarks(self) -> dict[str, str]:
        """Return where the incremental streams stand, by stream."""
        return {
            name: bookmark["replication_key_value"]
            for name, bookmark in self.state.get("bookmarks", {}).items()
            if "replication_key_value" in bookmark
        }

    @contextmanager
    def _reason_last(self) -> Iterator[None]:
        """Tell what stops a run when all else is logged.

        Of a tap that fails, `meltano config test` shows the last line only.
        """
        try:
            yield
        except SystemExit as end:
            if isinstance(end.code, str):
                self.logger.error(end.code)  # noqa: TRY400, one line for people
                raise SystemExit(1) from None
            raise

    def _report_missing_data(self) -> None:
        streams = t.cast("dict[str, PagerDutyStream]", self.streams).values()
        skipped = {
            stream.name: stream.outcome.skipped_message
            for stream in streams
            if stream.selected and stream.outcome.skipped_message
        }
        incomplete = {
            stream.name: stream.outcome.failed_message
            for stream in streams
            if stream.outcome.failed_message
        }
        lacks_access = any(
            stream.name in skipped and not stream.outcome.postponed for stream in streams
        )
        for level, line in missing_data(skipped, incomplete, lacks_access=lacks_access):
            self.logger.log(level, line)
        if incomplete:
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
def _a_line_or_exit(logger: logging.Logger, what: str) -> Iterator[None]:
    """Exit with a line for each mistake in a file that the SDK reads, or in the settings."""
    try:
        yield
    except ConfigValidationError as error:
        for line in error.errors:
            logger.error(line)  # noqa: TRY400, one line for people
        raise SystemExit(1) from None
    except FileNotFoundError as error:
        logger.error("The %s file cannot be read: %s", what, error)  # noqa: TRY400
        raise SystemExit(1) from None
    except ValueError as error:
        if not hasattr(error, "lineno"):  # the mark of all JSON decoders' errors
            raise
        logger.error("The %s file is no JSON: %s.", what, error)  # noqa: TRY400
        raise SystemExit(1) from None
