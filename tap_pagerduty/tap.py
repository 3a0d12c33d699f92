"""The tap: its settings, what its streams share, its streams, and the run as a whole."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import typing as t
from contextlib import contextmanager
from functools import cached_property

from singer_sdk import RESTStream, Tap
from singer_sdk.exceptions import (
    ConfigValidationError,
    MapExpressionError,
    StreamMapConfigError,
)
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.singerlib import Catalog
from singer_sdk.tap_base import CliTestOptionValue

from tap_pagerduty import NAME
from tap_pagerduty.api.connection import Connection
from tap_pagerduty.api.memory import give_back_bodies
from tap_pagerduty.compat import override
from tap_pagerduty.inputs import JsonFile, read_environment, read_settings, without_blanks
from tap_pagerduty.preflight import Preflight
from tap_pagerduty.records.message_writer import MessageWriter
from tap_pagerduty.reporting import logs
from tap_pagerduty.reporting.display import run_shown
from tap_pagerduty.reporting.formatting import count
from tap_pagerduty.reporting.printable import hide
from tap_pagerduty.reporting.run_report import RunReport
from tap_pagerduty.reporting.summary import missing_data
from tap_pagerduty.settings import NOT_REPEATED, SETTINGS, complete, secrets
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.sync import stream_patterns
from tap_pagerduty.sync.catalog import check_catalog, check_streams, gone_and_new, unknown_bookmarks
from tap_pagerduty.sync.child import ChildStream
from tap_pagerduty.sync.filter_ids import unknown_ids
from tap_pagerduty.sync.run_log import RunLog
from tap_pagerduty.sync.run_plan import RunPlan
from tap_pagerduty.sync.state import check_state, earliest_positions

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Iterator, Sequence
    from types import FrameType

    import click

    from tap_pagerduty.sync.client import PagerDutyStream


# Seconds after a signal in which a line that is begun may be finished, and after which the process
# ends in any case.
LINE_FINISHED_WITHIN = 1.2
STOPPED_AFTER = 1.6

# Objects: more than those of the records whose children are read together.
GARBAGE_THRESHOLD = 100_000


class TapPagerDuty(Tap):
    """Singer tap for PagerDuty: reads an account through its REST API v2."""

    name = NAME
    message_writer_class = MessageWriter

    config_jsonschema = SETTINGS
    # Whether a signal has stopped the run.
    _is_stopped = False

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
        if self.input_catalog is None:  # otherwise it has its say first
            for stream in streams.values():
                stream.select_by_patterns()
        return list(streams.values())

    @override
    def setup_mapper(self) -> None:
        """Prepare the stream maps of the streams that are selected.

        The SDK prepares those of the whole catalog, and fails at a map of a stream that is not
        selected: no field of it is left.

        Raises:
            ConfigValidationError: a map, or the flattening, does not fit its stream.
        """
        streams = self.streams  # which brings the catalog up to date
        if self.input_catalog is not None:
            try:
                check_streams(self.input_catalog, streams)
            except ValueError as error:
                self._refuse("catalog", error)
            self._complete_catalog(self.input_catalog)
        try:
            super(Tap, self).setup_mapper()
        except StreamMapConfigError as error:
            msg = f"stream_maps cannot be used: {error}"
            raise ConfigValidationError(msg, errors=[msg], schema=SETTINGS) from None
        for name, entry in self.catalog.items():
            if name not in streams or not streams[name].selected:
                continue
            try:
                self.mapper.register_raw_streams_from_catalog(Catalog({name: entry}))
            except (StreamMapConfigError, MapExpressionError) as error:
                msg = f"stream_maps cannot be used for {name}: {error}"
            except ValueError as error:  # two columns of one name
                msg = (
                    f"{name} cannot be flattened: {error}. Set flattening_max_key_length to 63, "
                    "and leave flattening_separator unset."
                )
            else:
                continue
            raise ConfigValidationError(msg, errors=[msg], schema=SETTINGS) from None

    def _complete_catalog(self, catalog: Catalog) -> None:
        """Add the streams to a CATALOG that lacks them, though `stream_patterns` select them."""
        if not self.config.get("stream_patterns"):
            return
        lacking = [
            name for name, stream in self.streams.items() if stream.selected and name not in catalog
        ]
        if lacking:
            every = Catalog.from_dict(self.catalog_dict)
            catalog.update({name: every[name] for name in lacking})

    # -- Settings

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings, and fill in what the other settings or the day imply.

        The SDK has no public hook between merging the settings and making the streams.
        """
        without_blanks(self._config, self.setting_schemas())
        for name in secrets():
            hide(self._config.get(name))
        hidden = {repr(self._config[name]) for name in NOT_REPEATED if name in self._config}
        try:
            super()._validate_config(raise_errors=True)
        except ConfigValidationError as error:
            errors = error.errors
            for secret in hidden:
                errors = [text.replace(secret, "(secret)") for text in errors]
            raise ConfigValidationError(str(error), errors=errors, schema=error.schema) from None
        # Discovery needs no credentials; whatever else is set has to be right even then.
        errors = complete(self._config, signed_in=raise_errors)
        schemas = {sheet.name: sheet.schema for sheet in t.cast("Iterable[t.Any]", STREAMS)}
        errors += stream_patterns.mistakes(self._config.get("stream_patterns") or (), schemas)
        if errors:
            summary = "Config validation failed"
            raise ConfigValidationError(summary, errors=errors, schema=self.config_jsonschema)
        return []

    # -- State

    @override
    def __init__(
        self, *args: t.Any, state: t.Any = None, catalog: t.Any = None, **kwargs: t.Any
    ) -> None:
        if isinstance(state, (list, int, float)):  # the SDK takes the empty ones for no state
            self._refuse_state("it is not an object")
        if catalog is not None and not isinstance(catalog, Catalog):
            try:
                check_catalog(catalog)
            except ValueError as error:
                self._refuse("catalog", error)
        super().__init__(*args, state=state, catalog=catalog, **kwargs)

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
        again = set(self.config.get("reload_streams") or ())
        if unknown := sorted(again - self.streams.keys()):
            self.logger.error("reload_streams names no stream of this tap: %s.", ", ".join(unknown))
            raise SystemExit(1)
        bookmarks = state.get("bookmarks", {})
        kept = {name: each for name, each in bookmarks.items() if name not in again}
        self._loaded = set(kept)
        super().load_state({**state, "bookmarks": kept})
        # The SDK drops empty bookmarks. They tell which child streams have been read before.
        for name in sorted(kept.keys() & self.streams.keys()):
            self.state.setdefault("bookmarks", {}).setdefault(name, {})

    @classmethod
    def _refuse_state(cls, reason: object) -> t.NoReturn:
        cls._refuse("state", reason)

    @classmethod
    def _refuse(cls, what: str, reason: object) -> t.NoReturn:
        cls.logger.error("The %s cannot be used: %s.", what, reason)
        raise SystemExit(1) from None

    # -- The run as a whole

    @classmethod
    @override
    def invoke(cls, **kwargs: t.Any) -> None:
        cls._refuse_null(kwargs.get("catalog"))
        with _a_line_or_exit(cls.logger, "state or catalog"):
            super().invoke(**kwargs)

    @classmethod
    def _refuse_null(cls, catalog: t.IO[str] | None) -> None:
        """Stop at a catalog file that holds `null`: the SDK takes it for none."""
        if catalog and catalog.read(8).strip() == "null":
            cls._refuse("catalog", "it is null")
        if catalog:
            catalog.seek(0)

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> t.Any:
        logs.make_safe()
        logs.hide_sdk_lines()
        files = [each for each in value if each != "ENV"]
        config = super().cb_config(ctx, param, tuple({*value} - {*files}))
        with _a_line_or_exit(cls.logger, "config"):
            for file in files:
                config.config |= read_settings(file)
            if config.parse_env:
                config.config |= cls._env_var_config
        # Read and merged: a variable wins over a file, wherever it stands on the command line.
        config.parse_env = False
        return config

    @classproperty
    def _env_var_config(cls) -> dict[str, t.Any]:  # noqa: N805, the SDK's
        return read_environment(cls.setting_schemas(), cls._env_var_prefix)

    @classmethod
    def setting_schemas(cls) -> dict[str, t.Any]:
        """Return the schemas of all settings, by name; those of the SDK as well."""
        cls.append_builtin_config(cls.config_jsonschema)
        schemas: dict[str, t.Any] = cls.config_jsonschema["properties"]
        return schemas

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        _open_what_is_closed(cls.logger)
        command = super().get_singer_command()
        command.help = "Read a PagerDuty account and write it to standard output, for a target."
        for option in command.params:
            if option.name in {"catalog", "state"}:
                option.is_eager = True  # read before `--test` acts, wherever that stands
                option.type = JsonFile()
            if option.name == "test":
                option.help = (
                    "Show who signs in, which selected streams can be read and what a first "
                    "load costs. Use --test=schema to write SCHEMA messages only."
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
            cls._refuse_null(catalog)
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
        give_back_bodies()
        self._report_streams()
        is_first = not self.state.get("bookmarks")
        progress = self.connection.progress
        progress.start(
            stream.name
            for stream in self.streams.values()
            if (stream.selected or stream.has_selected_descendents)
            and not isinstance(stream, RunLog)
        )
        progress.subdomain = self.config.get("subdomain") or ""
        report = RunReport(progress, self.plugin_version, self._loaded, self._bookmarks)
        self.logger.info(
            "%s %s reads %s from %s.",
            self.name,
            self.plugin_version,
            count(len(progress.streams), "stream"),
            self.connection.url,
        )
        run_logs = [
            stream
            for stream in self.streams.values()
            if isinstance(stream, RunLog) and stream.selected
        ]
        for run_log in run_logs:
            run_log.begin(report)
        RunPlan(self.streams.values()).start()
        try:
            with self._reason_last(), run_shown(report):
                super().sync_all()
            if is_first and self.connection.has_responded:
                plain = next(
                    s for s in self.streams.values() if isinstance(s, RESTStream) and s.path
                )
                for line in unknown_ids(t.cast("PagerDutyStream", plain)):
                    self.logger.warning(line)
        finally:
            self.connection.look_ahead.stop()
            if run_logs:
                t.cast("MessageWriter", self.message_writer).resume()
            for run_log in run_logs:
                run_log.end(report)
        self._report_missing_data()

    def _report_streams(self) -> None:
        """Name the streams of the catalog and the state that are gone, and those that are new."""
        streams = t.cast("dict[str, PagerDutyStream]", self.streams)
        bookmarks = self.state.get("bookmarks", {})
        for level, line in (
            *gone_and_new(self.input_catalog, streams),
            *unknown_bookmarks(bookmarks, streams),
        ):
            self.logger.log(level, line)
        selected = [stream for stream in streams.values() if stream.selected]
        if not selected:
            self.logger.warning("No stream is selected.")
        if any(stream.is_batched_full_table for stream in selected):
            self.logger.warning(
                "With batch_config, rows that are gone from the account stay in the target; "
                "emit_activate_version_messages: false confirms that."
            )

    def _bookmarks(self) -> dict[str, str]:
        """Return where the incremental streams stand, by stream."""
        return earliest_positions(self.state)

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
        is_strict = self.config["strict"]
        lines = missing_data(skipped, incomplete, lacks_access=lacks_access, is_strict=is_strict)
        for level, line in lines:
            self.logger.log(level, line)
        if incomplete or (skipped and is_strict):
            raise SystemExit(1)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Stop at once, with a nonzero status; a further signal changes nothing.

        No further STATE is written: the last one stands behind the last finished window. Whatever
        keeps the run from ending, a pipe that nobody reads for one, it does not for long.
        """
        if self._is_stopped:
            return
        self._is_stopped = True
        for number in (signal.SIGINT, signal.SIGTERM):  # also while Python shuts down
            signal.signal(number, signal.SIG_IGN)
        last_resort = threading.Timer(STOPPED_AFTER, os._exit, [128 + signum])
        last_resort.daemon = True
        last_resort.start()
        self.logger.warning(
            "Stopped by signal %d; the next run resumes from the last state.", signum
        )

        def end() -> t.NoReturn:
            raise SystemExit(128 + signum)

        t.cast("MessageWriter", self.message_writer).stop(end, LINE_FINISHED_WITHIN)


@contextmanager
def _a_line_or_exit(logger: logging.Logger, what: str) -> Iterator[None]:
    """Exit with a line for each mistake in a file that the SDK reads, or in the settings."""
    try:
        yield
    except ConfigValidationError as error:
        for line in error.errors:
            logger.error(line)  # noqa: TRY400, one line for people
        raise SystemExit(1) from None
    except ValueError as error:
        if not hasattr(error, "lineno"):  # the mark of all JSON decoders' errors
            raise
        logger.error("The %s file is not valid JSON: %s.", what, error)  # noqa: TRY400
        raise SystemExit(1) from None


def _open_what_is_closed(logger: logging.Logger) -> None:
    """Run without a display if standard error is closed; exit if standard output is.

    Python has no stream for what is closed, and the next file that is opened takes its place.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115, for good
    if sys.stdout is None:
        logger.error("The output cannot be written: standard output is closed.")
        raise SystemExit(1)
