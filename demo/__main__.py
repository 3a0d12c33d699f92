"""Run the tap through Meltano on whatever is at hand: `python -m demo --help`."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from demo.account import is_given, start_sandbox
from demo.outcome import show_recipes, show_skipped, show_streams, show_totals
from demo.pipeline import Pipeline, Run
from demo.postgres import EmbeddedPostgres, programs
from demo.processes import DemoError, Processes, Stopped, say
from demo.project import alone, home_of, selected, settings_of
from demo.stores import STORES, Database, Store, store
from demo.verify import COUNTS, verify


def main() -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--target", choices=STORES, default="target-postgres")
    parser.add_argument("--psql", action="store_true", help="look at what was loaded instead")
    parser.add_argument("--report", action="store_true", help="draw what was loaded instead")
    parser.add_argument(
        "--verify", action="store_true", help="compare what was loaded with the account's counts"
    )
    parser.add_argument(
        "--project",
        type=Path,
        default=Path.cwd(),
        help="directory of the meltano.yml; the data goes to its output/ (default: this one)",
    )
    parser.add_argument(
        "--advance",
        default="0",
        metavar="DURATION",
        help="how far the sandbox's clock goes ahead first, such as 1d (default: not at all)",
    )
    given = parser.parse_args()
    # Rows, logs and pages hold personal data: no file of ours, or of a process that we start,
    # is for other users.
    os.umask(0o077)
    project = given.project.resolve()
    env = {**settings_of(project), **os.environ}
    try:
        with alone(project), Processes() as processes:
            if given.psql:
                status = look(processes, project, env)
            elif given.report:
                status = report(processes, project, env, given.target)
            elif given.verify:
                status = check(processes, project, env, given.target)
            else:
                status = run(processes, project, env, given.target, given.advance)
            return status
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
        say(f"Stopped. {stopped.kept}")
        return 128 + stopped.number


def run(processes: Processes, project: Path, env: dict[str, str], target: str, advance: str) -> int:
    """Load the account into the target, and show what came in."""
    place = store(target, env, home_of(project, env))
    result, before = load(processes, project, env, target, place, advance)
    if result.status:
        return result.status
    show_streams(result, place, before)
    show_skipped(result)
    show_totals(result, place, env.get("TAP_PAGERDUTY_REGION", "us"))
    if isinstance(place, Database):
        show_recipes(place)
    say()
    say("To look at the data:")
    for line in place.how_to_look():
        say(f"  {line}")
    return 0


def check(processes: Processes, project: Path, env: dict[str, str], target: str) -> int:
    """Load what is new and what the account counts, and compare; 1 if anything is missing."""
    place = loaded(project, env, target)
    rules = json.dumps([*selected(project, env), f"{COUNTS}.*"])
    env = {**env, "TAP_PAGERDUTY__SELECT": rules}
    result, _ = load(processes, project, env, target, place)
    return result.status or verify(place)


def load(  # noqa: PLR0913, PLR0917, what a run is about
    processes: Processes,
    project: Path,
    env: dict[str, str],
    target: str,
    place: Store,
    advance: str = "0",
) -> tuple[Run, dict[str, int]]:
    """Run Meltano; return what it said, and the rows of each table before.

    ADVANCE is the time that passes in the sandbox first, such as `1d`.
    """
    home = home_of(project, env)
    is_empty = place.is_empty
    suffix = hashlib.sha256(place.elsewhere.encode()).hexdigest()[:8] if place.elsewhere else ""
    if not is_given(env):
        suffix = f"sandbox{suffix}"
        env = {**env, **start_sandbox(processes, Path(__file__).parent.parent, home, advance)}
        say(
            "No credentials are set (TAP_PAGERDUTY_API_KEY, or those of an OAuth app): reading "
            f"the sandbox, a made-up account, at {env['TAP_PAGERDUTY_API_URL']}. "
            "`make run ADVANCE=1d` lets a day pass there first."
        )
    if place.greeting:
        say(place.greeting)
    env = {**env, **place.open(processes)}
    log = home / "meltano.log"
    pipeline = Pipeline(processes, project, env, target, suffix, log)
    say(f"meltano run tap-pagerduty {target}")
    before = {}
    if is_empty:
        pipeline.forget()
    elif isinstance(place, Database):
        before = place.rows(sorted(place.tables()))
    result = pipeline.run()
    if result.status:
        say(f"Meltano ended with exit status {result.status}; the whole story is in {log}.")
    return result, before


def loaded(project: Path, env: dict[str, str], target: str) -> Database:
    """Return the tables that a run has made.

    Raises:
        DemoError: there are none.
    """
    place = store(target, env, home_of(project, env))
    if not isinstance(place, Database):
        msg = f"{target} makes no tables; use TARGET=target-postgres or target-duckdb."
        raise DemoError(msg)
    if place.is_empty:
        msg = "Nothing is loaded yet: run `make run` first."
        raise DemoError(msg)
    return place


def report(processes: Processes, project: Path, env: dict[str, str], target: str) -> int:
    """Make a page of the recipes' results, and say where it is."""
    home = home_of(project, env)
    place = loaded(project, env, target)
    from demo.page import page_of  # noqa: PLC0415, it takes seconds to load

    home.mkdir(parents=True, exist_ok=True)
    place.open(processes)
    file = home / "report.html"
    file.write_text(page_of(place, target), encoding="utf-8")
    say(f"The report is in {file}.")
    return 0


def look(processes: Processes, project: Path, env: dict[str, str]) -> int:
    """Start the embedded PostgreSQL again, with a shell on it."""
    server = EmbeddedPostgres(home_of(project, env) / "postgres")
    if not server.exists:
        msg = "There is no database yet: `make run` makes one."
        raise DemoError(msg)
    address = server.start(processes)
    shell = {f"PG{name.upper()}": value for name, value in address.items()}
    shell["PGOPTIONS"] = "--search-path=pagerduty,pagerduty_answers"
    # The shell has the terminal, and Ctrl-C is its business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run([programs() / "psql"], env={**env, **shell}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
