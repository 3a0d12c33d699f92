"""Run a client, and tell what it took."""

# ruff: noqa: S603, S607 - the commands are our own

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import IO

    from typing_extensions import Self

HERE = Path(__file__).parent
Command = list[str]


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds, seconds of CPU (user and system), its largest size in MB."""

    wall: float
    cpu: float
    memory: float
    exit_code: int


def run(command: Command, output: IO[bytes] | int = subprocess.DEVNULL) -> Cost:
    """Run a command to its end; standard error goes nowhere.

    The kernel counts this process's own size into that of a child, so keep it small.
    """
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, cwd=HERE.parent)
    return finish(child, started)


def finish(child: subprocess.Popen[bytes], started: float) -> Cost:
    """Wait for a child to end."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode)


def run_counted(command: Command) -> tuple[Cost, int]:
    """Run a command, its output going through a pipe as to a target; count the lines."""
    with subprocess.Popen(["wc", "-l"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as counter:
        cost = run(command, counter.stdin or 0)
        return cost, int(counter.communicate()[0])


class Server:
    """A server in a process of its own; it speaks in lines of JSON."""

    def __init__(self, module: str, **settings: Any) -> None:  # noqa: ANN401
        """Start `python -m benchmarks.MODULE`, which prints its URL first."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parent,
        )
        self._questions = cast("IO[str]", self._process.stdin)
        self._answers = cast("IO[str]", self._process.stdout)
        self.url: str = self._read()

    def ask(self, **question: Any) -> Any:  # noqa: ANN401
        """Return the answer to a question, which depends on the module."""
        self._questions.write(json.dumps(question) + "\n")
        self._questions.flush()
        return self._read()

    def _read(self) -> Any:  # noqa: ANN401
        return json.loads(self._answers.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let it end: it reads the end of its input."""
        self._process.communicate()


def answer_questions(answer: Callable[..., Any], url: str) -> None:
    """Be a `Server`: print the URL, then answer questions until there are no more."""
    print(json.dumps(url), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)


class Tap:
    """Our tap's command line for an account, with its files in a directory that goes away."""

    def __init__(self, url: str, streams: Iterable[str] = (), **settings: Any) -> None:  # noqa: ANN401
        """Select some streams, or all."""
        self._files = tempfile.TemporaryDirectory(prefix="bench-")
        self.directory = Path(self._files.name)
        self._streams = list(streams)
        config = {
            "api_key": "sandbox-key",
            "api_url": url,
            "rate_limit_reserve_percent": 0,
            **settings,
        }
        self._arguments = ["--config", self.file("config", config)]
        if self._streams:
            self._arguments += ["--catalog", self.file("catalog", self._catalog())]

    def command(self, state: Mapping[str, Any] | None = None) -> Command:
        """Return the command, with the state of an earlier run if there is one."""
        more = ["--state", self.file("state", state)] if state is not None else []
        return [sys.executable, "-m", "tap_pagerduty", *self._arguments, *more]

    def file(self, name: str, content: Any) -> str:  # noqa: ANN401
        """Write a file; return its path."""
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps(content))
        return str(path)

    def _catalog(self) -> dict[str, Any]:
        found = subprocess.run(
            [sys.executable, "-m", "tap_pagerduty", "--discover"],
            capture_output=True,
            check=True,
            cwd=HERE.parent,
        )
        catalog: dict[str, Any] = json.loads(found.stdout)
        for stream in catalog["streams"]:
            root = next(m["metadata"] for m in stream["metadata"] if not m["breadcrumb"])
            root["selected"] = stream["tap_stream_id"] in self._streams
        return catalog


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Return the median of the ratios of interleaved measurements."""
    pairs = zip(numerators, denominators, strict=True)
    return statistics.median(a / b for a, b in pairs if b)
