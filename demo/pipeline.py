"""Meltano as a child: runs the tap into a target, and tells what came through."""

from __future__ import annotations

import json
import sys
import threading
import time
import typing as t
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from demo.processes import DemoError, Stopped, lines, say

if t.TYPE_CHECKING:
    from subprocess import Popen

    from demo.processes import Processes

TAP = "tap-pagerduty"
# Seconds that the target gets to store what it has received.
PATIENCE = 60


@dataclass
class Stream:
    """What a run brought of a stream."""

    records: int = 0
    requests: int = 0
    # Where its bookmark stood before the run, and where it stands now.
    since: str = ""
    bookmark: str = ""


@dataclass
class Run:
    """What a run brought, stream by stream, and how Meltano ended."""

    streams: dict[str, Stream] = field(default_factory=dict)
    # Whether there was a state to go on from.
    resumed: bool = True
    # Whether the tap has said anything about a stream that it reads.
    has_read: bool = False
    status: int = 0
    # How long it took, installations included.
    seconds: float = 0.0


@dataclass
class Pipeline:
    """A pair of tap and target in a Meltano project, with a state of its own."""

    processes: Processes
    project: Path
    env: dict[str, str]
    target: str
    # Keeps states apart: two accounts, or two places to load into, share none.
    suffix: str
    log: Path

    def run(self) -> Run:
        """Run it, and say what a person wants to know while it goes."""
        options = ["--state-id-suffix", self.suffix] if self.suffix else []
        # Forced, as Meltano takes a run that was killed for one that still goes on; that
        # no other does is seen to by our lock.
        child = self._meltano("--log-format=json", "run", "--force", *options, TAP, self.target)
        run = Run()
        begun = time.monotonic()
        self.log.write_text("", encoding="utf-8")
        try:
            self._follow(child, run)
        except Stopped as stopped:
            stopped.kept = self._stop(child, run)
            raise
        run.status = child.wait()
        run.seconds = time.monotonic() - begun
        return run

    def _follow(self, child: Popen[str], run: Run) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            for line in lines(child):
                log.write(line)
                _take(line, run)

    def _stop(self, child: Popen[str], run: Run) -> str:
        """Stop the tap only, and let the rest end; return what the next run starts from.

        After a signal Meltano stores no state, even if the target prints one.
        """
        if not _stop_taps(child) and not run.has_read:
            return "Nothing was read yet; the next run starts where this one did."
        say("  Stopping the tap; the target stores what it has received ...")
        limit = threading.Timer(PATIENCE, child.terminate)
        limit.start()
        self._follow(child, run)
        child.wait()
        limit.cancel()
        reached = ", ".join(f"{name} up to {at}" for name, at in sorted(self._bookmarks().items()))
        if not reached:
            return "Meltano has stored no bookmark; the next run reads again what is loaded."
        return f"What is loaded stays; the next run resumes from {reached}."

    def _bookmarks(self) -> dict[str, str]:
        """Return the bookmarks that Meltano has stored, by stream."""
        said, _ = self._meltano("--log-level=error", "state", "get", self._state_id).communicate()
        try:
            state = json.loads(said)
        except ValueError:
            return {}
        bookmarks = (state.get("singer_state") or {}).get("bookmarks", {})
        return {
            name: each["replication_key_value"]
            for name, each in bookmarks.items()
            if "replication_key_value" in each
        }

    def forget(self) -> None:
        """Forget the state: what it stands for is gone, and must be loaded again.

        Not by `--full-refresh`, which leaves the old state where the run is interrupted.

        Raises:
            DemoError: Meltano does not forget.
        """
        child = self._meltano("--log-level=error", "state", "clear", "--force", self._state_id)
        said, _ = child.communicate()
        if child.returncode:
            msg = f"Meltano can't clear the state {self._state_id}: {said.strip()}"
            raise DemoError(msg)

    @property
    def _state_id(self) -> str:
        environment = self.env.get("MELTANO_ENVIRONMENT", "dev")
        return f"{environment}:{TAP}-to-{self.target}" + (f":{self.suffix}" if self.suffix else "")

    def _meltano(self, *words: str) -> Popen[str]:
        program = Path(sys.executable).with_name("meltano")
        return self.processes.start(program, *words, cwd=self.project, env=self.env)


def _stop_taps(child: Popen[str]) -> bool:
    """Terminate the tap's processes below CHILD; return whether there was one."""
    found = False
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(child.pid).children(recursive=True):
            # Any of them may end by itself while we look.
            with suppress(psutil.NoSuchProcess):
                if f"bin/{TAP} --config" in " ".join(process.cmdline()):
                    process.terminate()
                    found = True
    return found


def _take(line: str, run: Run) -> None:
    """Take note of a line of Meltano's log; say what is for a person."""
    try:
        entry = json.loads(line)
    except ValueError:
        entry = {"event": line, "level": "info"}
    event = str(entry.get("event", "")).strip()
    if summary := entry.get("summary"):
        _count(summary["streams"], run)
    elif entry.get("progress"):
        run.has_read = True
        say(f"  {event}")
    elif event.startswith("No state was found"):
        run.resumed = False
    elif "string_id" not in entry and event.startswith("Installing "):
        say(f"  {event}, once ...")
    elif entry.get("name") == TAP and entry["level"] in {"warning", "error", "critical"}:
        say(f"  {event}")
    elif entry["level"] == "error" and "string_id" not in entry and _is_for_people(event):
        say(f"  Meltano: {event}")


def _is_for_people(event: str) -> bool:
    """Return whether an error of Meltano's own says more than that there is one."""
    return bool(event) and "\n" not in event and not event.endswith("run completed")


def _count(rows: list[dict[str, t.Any]], run: Run) -> None:
    """Take the rows of `sync_runs` that the tap's summary has."""
    for row in rows:
        run.streams[row["stream"]] = Stream(
            records=row["records"],
            requests=row["requests"],
            since=row["bookmark_before"] or "",
            bookmark=row["bookmark_after"] or "",
        )
