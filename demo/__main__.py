"""Run the tap through Meltano on whatever is at hand: `python -m demo --help`."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import typing as t
from contextlib import contextmanager
from pathlib import Path

import psycopg
from dotenv import dotenv_values

from demo.account import is_given, start_sandbox
from demo.pipeline import Pipeline
from demo.postgres import EmbeddedPostgres, programs
from demo.processes import DemoError, Processes, Stopped, say
from demo.report import show_response_times, show_skipped, show_streams
from demo.stores import STORES, Database, store

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--target", choices=STORES, default="target-postgres")
    parser.add_argument("--psql", action="store_true", help="look at what was loaded instead")
    parser.add_argument(
        "--project",
        type=Path,
        default=Path.cwd(),
        help="directory of the meltano.yml; the data goes to its output/ (default: this one)",
    )
    given = parser.parse_args()
    project = given.project.resolve()
    env = {**_settings(project), **os.environ}
    try:
        with _alone(project / "output"), Processes() as processes:
            if given.psql:
                return look(processes, project, env)
            return run(processes, project, env, given.target)
    except DemoError as error:
        say(str(error))
        return 1
    except psycopg.Error as error:
        say(f"PostgreSQL: {error}")
        return 1
    except BrokenPipeError:
        # Nobody reads what we say; Python would say so once more on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Stopped as stopped:
        say("Stopped. What is loaded stays; the next run goes on from there.")
        return 128 + stopped.number


def run(processes: Processes, project: Path, env: dict[str, str], target: str) -> int:
    """Load the account into the target, and show what came in."""
    home = _home(project, env)
    place = store(target, env, home)
    is_empty = place.is_empty
    suffix = hashlib.sha256(place.elsewhere.encode()).hexdigest()[:8] if place.elsewhere else ""
    if not is_given(env):
        suffix = f"sandbox{suffix}"
        env = {**env, **start_sandbox(processes, Path(__file__).parent.parent, home)}
        say(
            "TAP_PAGERDUTY_API_KEY is not set: reading the sandbox, a made-up account, at "
            f"{env['TAP_PAGERDUTY_API_URL']}; a day passes there between two runs."
        )
    env = {**env, **place.open(processes)}
    log = home / "meltano.log"
    pipeline = Pipeline(processes, project, env, target, suffix, log)
    say(f"meltano run tap-pagerduty {target}")
    if is_empty:
        pipeline.forget()
    result = pipeline.run()
    if result.status:
        say(f"Meltano ended with exit status {result.status}; the whole story is in {log}.")
        return result.status
    for name, bookmark in pipeline.bookmarks().items():
        if name in result.streams:
            result.streams[name].bookmark = bookmark
    show_streams(result, place)
    show_skipped(result)
    if isinstance(place, Database):
        with place.query() as ask:
            show_response_times(ask, place.schema)
    say()
    say("To look at the data:")
    for line in place.how_to_look():
        say(f"  {line}")
    return 0


def look(processes: Processes, project: Path, env: dict[str, str]) -> int:
    """Start the embedded PostgreSQL again, with a shell on it."""
    server = EmbeddedPostgres(_home(project, env) / "postgres")
    if not server.exists:
        msg = "There is no database yet: `make run` makes one."
        raise DemoError(msg)
    address = server.start(processes)
    shell = {f"PG{name.upper()}": value for name, value in address.items()}
    shell["PGOPTIONS"] = "--search-path=pagerduty"
    # The shell has the terminal, and Ctrl-C is its business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run([programs() / "psql"], env={**env, **shell}, check=False).returncode  # noqa: S603


def _settings(project: Path) -> dict[str, str]:
    """Return what stands in the project's .env, which Meltano reads too."""
    return {name: value for name, value in dotenv_values(project / ".env").items() if value}


def _home(project: Path, env: dict[str, str]) -> Path:
    """Return where data is kept: that of the sandbox apart from that of an account."""
    output = project / "output"
    return output if is_given(env) else output / "sandbox"


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """See to it that no other run works on the same data.

    Raises:
        DemoError: one does.
    """
    output.mkdir(parents=True, exist_ok=True)
    with (output / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = "Another run is at work here; try again when it is done."
            raise DemoError(msg) from None
        yield


if __name__ == "__main__":
    sys.exit(main())
