"""Meltano as a child: runs the tap into a target, and tells what came through."""

from __future__ import annotations

import json
import sys
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from demo.processes import DemoError, lines, say

if t.TYPE_CHECKING:
    from subprocess import Popen

    from demo.processes import Processes

TAP = "tap-pagerduty"


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
        with self.log.open("w", encoding="utf-8") as log:
            for line in lines(child):
                log.write(line)
                _take(line, run)
        run.status = child.wait()
        run.seconds = time.monotonic() - begun
        return run

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


def _take(line: str, run: Run) -> None:
    """Take note of a line of Meltano's log; say what is for a person."""
    try:
        entry = json.loads(line)
    except ValueError:
        entry = {"event": line, "level": "info"}
    event = str(entry.get("event", "")).strip()
    if summary := entry.get("summary"):
        _count(summary, run)
    elif entry.get("progress"):
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


def _count(summary: dict[str, t.Any], run: Run) -> None:
    """Take the line that the tap's summary has of a stream, or of all together."""
    if "stream" in summary:
        run.streams[summary["stream"]] = Stream(
            records=summary["records"],
            requests=summary["requests"],
            since=summary["since"],
            bookmark=summary["bookmark"],
        )
