"""PagerDuty into PostgreSQL: a backfill by month, and then a run each day, as Dagster jobs.

Each month is a `tap-pagerduty | target-postgres` of its own, retried by itself, and held back
by the pool of its key, so that as many months are read side by side as there are keys. Why it
is exact, and how to run it, is in the README.md beside this file.
"""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import dagster as dg

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# -- What to set, in the environment

# REST API keys of the account, with commas: each has a rate limit of its own, and so a pool.
KEYS = os.environ["PAGERDUTY_API_KEYS"].split(",")
# The months to fill in: from the first of one to the first of another, which is where the
# daily run begins. Choose the current month for that, and do not change it later.
SINCE, UNTIL = os.environ["BACKFILL_SINCE"], os.environ["BACKFILL_UNTIL"]
# A directory for the daily run's state, and for what the commands are given.
HOME = Path(os.environ["BACKFILL_HOME"])
# The settings of target-postgres, as its `--config` takes them.
TARGET_CONFIG = os.environ["TARGET_POSTGRES_CONFIG"]
# Further settings of the tap, as JSON.
TAP_SETTINGS: dict[str, t.Any] = json.loads(os.environ.get("TAP_SETTINGS", "{}"))
TAP = os.environ.get("TAP_COMMAND", "tap-pagerduty")
TARGET = os.environ.get("TARGET_COMMAND", "target-postgres")

# Only what is read by time can be cut into slices.
SLICED = ("incidents", "log_entries", "notifications")
DAILY = (*SLICED, "users", "teams", "services", "escalation_policies", "priorities", "oncalls")
RETRIES = dg.RetryPolicy(
    max_retries=3, delay=float(os.environ.get("RETRY_DELAY", "60")), backoff=dg.Backoff.EXPONENTIAL
)


# -- tap | target


def load(
    name: str, settings: Mapping[str, t.Any], streams: Sequence[str], *, goes_on: bool = False
) -> None:
    """Run the tap for these STREAMS into the target; NAME is for the files they are given.

    It GOES ON from where the last such run ended, or begins anew: the target upserts by key.

    Raises:
        dagster.Failure: one of the two failed. What has arrived is loaded, and comes again.
    """
    catalog = _file(f"{name}.catalog.json", _catalog(streams, anew=goes_on))
    config = _file(f"{name}.json", {**TAP_SETTINGS, **settings})
    state = HOME / f"{name}.state.json"
    resume = ["--state", str(state)] if goes_on and state.exists() else []
    tap = [TAP, "--config", config, "--catalog", catalog, *resume]
    with subprocess.Popen(tap, stdout=subprocess.PIPE) as source:
        try:
            target = subprocess.run(
                [TARGET, "--config", TARGET_CONFIG],
                stdin=source.stdout,
                stdout=subprocess.PIPE,
                check=False,
            )
        except BaseException:  # this task is told to end
            source.terminate()
            raise
    states = target.stdout.splitlines()
    if states and goes_on:  # the last one tells what is stored, however the run ended
        _file(state.name, json.loads(states[-1]))
    if source.returncode or target.returncode:
        message = f"The tap ended with {source.returncode}, the target with {target.returncode}."
        raise dg.Failure(message)


def _catalog(streams: Sequence[str], *, anew: bool) -> dict[str, t.Any]:
    """Return the tap's catalog with these STREAMS selected, and no others.

    It is asked for ANEW each day, and kept for the slices.
    """
    kept = HOME / "catalog.json"
    if anew or not kept.exists():
        found = subprocess.run([TAP, "--discover"], stdout=subprocess.PIPE, check=True).stdout
        _file(kept.name, json.loads(found))
    catalog: dict[str, t.Any] = json.loads(kept.read_text(encoding="utf-8"))
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog


def _file(name: str, content: Mapping[str, t.Any]) -> str:
    """Write a JSON file that only its owner can read, whole or not at all; return its path."""
    path, new = HOME / name, HOME / f"{name}.new"
    new.touch(mode=0o600)
    new.write_text(json.dumps(content), encoding="utf-8")
    new.replace(path)
    return str(path)


# -- Tasks


def daily_run() -> None:
    """Read what is new or changed; the first time, all since UNTIL."""
    load("daily", {"api_key": KEYS[0], "start_date": UNTIL}, DAILY, goes_on=True)


def slice_of(number: int, since: str, until: str) -> t.Any:  # noqa: ANN401, Dagster is not typed here
    """Return the task that reads a slice of history, with the key that is next in turn."""
    turn = number % len(KEYS)
    name = f"slice_{since[:7].replace('-', '_')}"

    def read() -> None:
        settings = {"api_key": KEYS[turn], "start_date": since, "end_date": until}
        load(name, settings, SLICED)

    return dg.op(
        name=name,
        ins={"begun": dg.In(dg.Nothing)},
        pool=pool_of(turn),
        retry_policy=RETRIES,
    )(read)


def pool_of(turn: int) -> str:
    """Return the name of the pool of a key."""
    return f"pagerduty_key_{turn + 1}"


def months(since: str, until: str) -> list[tuple[str, str]]:
    """Return the begin and the end of each month, from the first day of one to that of another."""
    first, end = (datetime.fromisoformat(text[:10]) for text in (since, until))
    count = (end.year - first.year) * 12 + end.month - first.month
    numbers = range(first.month - 1, first.month + count)
    begins = [f"{first.year + n // 12}-{n % 12 + 1:02}-01T00:00:00Z" for n in numbers]
    return list(pairwise(begins))


daily_op = dg.op(name="daily_run", pool=pool_of(0), retry_policy=RETRIES)(daily_run)
slices = [slice_of(number, *month) for number, month in enumerate(months(SINCE, UNTIL))]


# -- Jobs


def fill() -> None:
    """Have the daily run begin, so that its state is older than the slices; then the slices."""
    begun = daily_op()
    for read in slices:
        read(begun)


def go_on() -> None:
    """Have the daily run go on."""
    daily_op()


# Tasks that need not import Dagster anew start sooner.
side_by_side = dg.multiprocess_executor.configured(
    {"start_method": {"forkserver": {"preload_modules": ["dagster"]}}}
)
backfill = dg.job(name="backfill", executor_def=side_by_side)(fill)
daily = dg.job(name="daily", executor_def=dg.in_process_executor)(go_on)


def when_filled(context: t.Any) -> t.Any:  # noqa: ANN401, as above
    """Ask for the daily run; but not before the slices are loaded, which it would overtake."""
    filled = dg.RunsFilter(job_name="backfill", statuses=[dg.DagsterRunStatus.SUCCESS])
    if not context.instance.get_runs(filled, limit=1):
        return dg.SkipReason("The backfill is not done.")
    return dg.RunRequest()


schedule = dg.schedule(job=daily, cron_schedule="0 5 * * *", name="each_day")(when_filled)
definitions = dg.Definitions(jobs=[backfill, daily], schedules=[schedule])
