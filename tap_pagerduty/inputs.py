"""What the command is given: files of JSON and environment variables, as people have them."""

from __future__ import annotations

import io
import json
import os
import re
import typing as t
from decimal import Decimal
from pathlib import Path

import click
import msgspec
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError

from tap_pagerduty.compat import override

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# What the SDK takes for true, and what else people write.
_BOOLEANS = {"true", "1", "yes", "on", "false", "0", "no", "off"}


def read_settings(path: str) -> dict[str, t.Any]:
    """Return the settings in the JSON file at PATH.

    Raises:
        ConfigValidationError: it cannot be read or holds no object; says so in a line.
        ValueError: it is not valid JSON.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        msg = f"The config file cannot be read: {path}: {error.strerror}."
        raise _mistakes(msg) from None
    try:
        text = _text(content)
        if odd := _oddity(text):
            msg = f"The config file cannot be read: {path} {odd}."
            raise _mistakes(msg)
        found = json.loads(text, parse_float=Decimal)
    except UnicodeDecodeError:
        msg = f"The config file is not valid JSON: {path} is not a text in UTF-8 or UTF-16."
        raise _mistakes(msg) from None
    if not isinstance(found, dict):
        msg = f"The config file cannot be read: {path} must be a JSON object of settings."
        raise _mistakes(msg)
    return found


class JsonFile(click.File):
    """A file of JSON on the command line, in any Unicode encoding."""

    def __init__(self) -> None:
        """Take files to be read."""
        super().__init__("rb")

    @override
    def convert(
        self, value: t.Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> t.Any:
        """Return the content of the file named VALUE, to be read as a text file.

        Windows PowerShell redirects into files of UTF-16; the SDK reads UTF-8 only.
        """
        with super().convert(value, param, ctx) as file:
            try:
                text = _text(file.read())
            except UnicodeDecodeError:
                self.fail(f"{value!r}: not a text in UTF-8 or UTF-16", param, ctx)
        if odd := _oddity(text):
            self.fail(f"{value!r}: {odd}", param, ctx)
        return io.StringIO(text)


def _text(content: bytes) -> str:
    """Return a file's text; the encoding is detected as RFC 4627 says.

    Raises:
        UnicodeDecodeError: it is none.
    """
    return content.decode(json.detect_encoding(content)).removeprefix("\ufeff")


def _oddity(text: str) -> str:
    """Return what Python's JSON decoder fails at in a TEXT, by an error of another kind; or ""."""
    if re.search(r"\d{4300}", text):
        return "holds a number of thousands of digits"
    try:
        msgspec.json.decode(text)
    except RecursionError:
        return "is nested too deep"
    except ValueError:
        pass  # its reader says so
    return ""


def read_environment(settings: Mapping[str, t.Any], prefix: str) -> dict[str, t.Any]:
    """Return the SETTINGS, by name with their schemas, that variables with this PREFIX hold.

    The SDK parses them, each by itself: it has no word for a variable that it cannot parse, and
    takes a blank one for a value.

    Raises:
        ConfigValidationError: some cannot be parsed; a line for each, without the value.
    """
    parse_environment_config({}, prefix)  # adds what a file `.env` holds to the environment
    found: dict[str, t.Any] = {}
    lines = []
    for name, schema in settings.items():
        variable = f"{prefix}{name.upper()}"
        value = os.environ.get(variable, "").strip()
        if not value:
            continue
        kinds = schema["type"]
        if "boolean" in kinds and value.lower() not in _BOOLEANS:
            lines.append(f"{variable} must be true or false.")
            continue
        try:
            found |= parse_environment_config({"properties": {name: schema}}, prefix)
        except ValueError:
            lines.append(f"{variable} must be a {_WORDS[kinds[0]]}.")
            continue
        if "object" in kinds and not isinstance(found[name], dict):
            lines.append(f"{variable} must be a JSON object.")
    if lines:
        raise _mistakes(*lines)
    return found


_WORDS = {"integer": "whole number", "object": "JSON object", "array": "JSON array"}


def without_blanks(config: dict[str, t.Any], names: Mapping[str, t.Any]) -> None:
    """Remove the settings of these NAMES that are null or blank: they count as unset."""
    for name in names:
        value = config.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            config.pop(name, None)


def _mistakes(*lines: str) -> ConfigValidationError:
    return ConfigValidationError("Config validation failed", errors=list(lines), schema={})
