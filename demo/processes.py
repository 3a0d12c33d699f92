"""Child processes that never outlive us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import typing as t
from contextlib import ExitStack, contextmanager, suppress

from demo.printable import printable

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

# Seconds that a process gets to end by itself when it is told to.
PATIENCE = 15


class DemoError(Exception):
    """What keeps us from going on, in a line for a person."""


class Stopped(BaseException):
    """A signal told us to stop."""

    def __init__(self, number: int) -> None:
        """Keep the signal's number."""
        super().__init__(number)
        self.number = number
        # What the next run starts from, as far as it is known.
        self.kept = "What is loaded stays; the next run resumes there."


class Processes:
    """Starts processes, each in a group of its own, and stops all of them at the end.

    While it is open, SIGINT, SIGTERM and SIGHUP raise Stopped, but not while a process is
    half started or being stopped. They reach us alone: a child in a group of its own is
    not hit by the Ctrl-C of the terminal.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._children = ExitStack()
        self._held = 0
        self._pending: int | None = None
        self._before: dict[int, t.Any] = {}

    def __enter__(self) -> Processes:  # noqa: PYI034, nobody derives from it
        """Take over the signals."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._signalled)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what was started, the last first, and give the signals back."""
        with suppress(Stopped), self._hold():
            self._children.close()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(
        self,
        *command: str | Path,
        cwd: Path,
        env: dict[str, str] | None = None,
        log: Path | None = None,
        stop: int = signal.SIGTERM,
        run_as: tuple[int, int] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a process that the signal STOP ends; its errors, or all it says, go to LOG.

        Without LOG they come with its output, to be read. RUN_AS is the user id and the group id
        that root gives it: it is in no other group then, and has no capabilities.

        Raises:
            OSError: the program cannot be run, or not with these ids.
        """
        with self._hold(), ExitStack() as files:
            errors = files.enter_context(log.open("a")) if log else subprocess.STDOUT
            child = subprocess.Popen(  # noqa: S603, the commands are ours
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                user=run_as and run_as[0],
                group=run_as and run_as[1],
                extra_groups=run_as and (),
            )
            self._children.callback(_stop, child, stop)
        return child

    def run(self, *command: str | Path, what: str, log: Path, **how: t.Any) -> None:  # noqa: ANN401
        """Run a process to its end; `start` says HOW.

        Raises:
            DemoError: it did not end well.
        """
        child = self.start(*command, log=log, **how)
        child.communicate()
        if child.returncode:
            msg = f"{what} failed; its own words are in {log}."
            raise DemoError(msg)

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Put signals off until the block is done."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self._raise_pending()

    def _signalled(self, number: int, _: FrameType | None) -> None:
        self._pending = number
        self._raise_pending()

    def _raise_pending(self) -> None:
        if self._pending is not None and not self._held:
            number, self._pending = self._pending, None
            raise Stopped(number)


def _stop(child: subprocess.Popen[str], number: int) -> None:
    """End a process by a signal, and then what is left of its group."""
    if child.poll() is None:
        child.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            # Someone must read what it still says, or it may never end.
            child.communicate(timeout=PATIENCE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout:
        child.stdout.close()


def say(*texts: str) -> None:
    """Write each text as a line for the person at the terminal, at once; an empty line if none."""
    for text in texts or ("",):
        sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def lines(child: subprocess.Popen[str]) -> Iterator[str]:
    """Return what a process says, line by line, as it says it."""
    # No generator, which would close the pipe at its end: there may be more to read.
    return iter(child.stdout or ())
