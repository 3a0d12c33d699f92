"""A project directory: its settings, where its data is kept, and who may work on that."""

from __future__ import annotations

import fcntl
import json
import typing as t
from contextlib import contextmanager

import yaml
from dotenv import dotenv_values

from demo.account import is_given
from demo.processes import DemoError

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def settings_of(project: Path) -> dict[str, str]:
    """Return what stands in the project's .env, which Meltano reads too."""
    return {name: value for name, value in dotenv_values(project / ".env").items() if value}


def home_of(project: Path, env: dict[str, str]) -> Path:
    """Return where data is kept: that of the sandbox apart from that of an account."""
    output = project / "output"
    return output if is_given(env) else output / "sandbox"


def selected(project: Path, env: dict[str, str]) -> list[str]:
    """Return the rules by which Meltano selects streams of the tap."""
    if rules := env.get("TAP_PAGERDUTY__SELECT"):
        return t.cast("list[str]", json.loads(rules))
    plugins = yaml.safe_load((project / "meltano.yml").read_text(encoding="utf-8"))["plugins"]
    [tap] = [each for each in plugins["extractors"] if each["name"] == "tap-pagerduty"]
    return t.cast("list[str]", tap["select"])


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """See to it that no other run works on the same data.

    What the account's data is kept in is closed to all other users.

    Raises:
        DemoError: one does, or the directory is another user's.
    """
    output = project / "output"
    try:
        output.mkdir(parents=True, exist_ok=True)
        output.chmod(0o700)
        lock = (output / ".lock").open("w")
    except OSError as error:
        msg = f"{output} cannot be used ({error.strerror}): run this as its owner, or remove it."
        raise DemoError(msg) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = "Another run is at work here; try again when it is done."
            raise DemoError(msg) from None
        yield
