"""The PostgreSQL that root starts: it can do no more to the machine than any other user."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from demo import server_directory
from demo.postgres import EmbeddedPostgres
from demo.processes import Processes, Stopped
from tests.support.project import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it as another user")

NOBODY = pwd.getpwnam("nobody")
PATIENCE = 60
KEY = "u+KEYOFTHEACCOUNT"


def shell(line):
    """Run a line as a process of `nobody` would; return how it ended, and what it said."""
    run = subprocess.run(
        ["/bin/sh", "-c", line],
        user=NOBODY.pw_uid,
        group=NOBODY.pw_gid,
        extra_groups=(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


def is_refused(line):
    status, said, why = shell(line)
    return status and not said and ("denied" in why or "not permitted" in why)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose checkout is closed to all users but root."""
    checkout = tmp_path_factory.mktemp("checkout")
    checkout.chmod(0o700)
    server = EmbeddedPostgres(checkout / "output" / "postgres")
    with Processes() as processes, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAP_PAGERDUTY_API_KEY", KEY)
        server.address = server.start(processes)
        yield server


@pytest.fixture
def ask(server):
    """Ask the server as the target does, whose role may do all that SQL can."""

    def ask(query):
        reach = {name: value for name, value in server.address.items() if name != "database"}
        with psycopg.connect(**reach, dbname="pagerduty", autocommit=True) as connection:
            found = connection.execute(query)
            return found.fetchall() if found.description else []

    return ask


@pytest.fixture
def secret():
    """A file of root, beside one that everybody may read."""
    with tempfile.TemporaryDirectory() as place:
        file, other = Path(place, "secret"), Path(place, "open")
        Path(place).chmod(0o755)
        for each, mode in ((file, 0o600), (other, 0o644)):
            each.write_text(each.name)
            each.chmod(mode)
        yield file
        assert file.read_text() == "secret"
        assert file.stat().st_mode & 0o777 == 0o600


def processes_of(server):
    """Return the server's own process, and those that it has started."""
    first = (server.data / "postmaster.pid").read_text().split()[0]
    process = psutil.Process(int(first))
    return [process, *process.children(recursive=True)]


def test_it_has_no_capabilities_and_a_user_of_its_own(server, ask):
    ask("SELECT 1")
    found = []
    for process in processes_of(server):
        with suppress(OSError):  # it was for one session, and has ended
            found.append(Path(f"/proc/{process.pid}/status").read_text())
    assert len(found) > 3
    for status in found:
        lines = dict(line.split(":\t", 1) for line in status.splitlines())
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(lines[kind], 16) == 0, (kind, status)
        [user] = set(lines["Uid"].split())
        [group] = set(lines["Gid"].split())
        assert user not in {"0", str(NOBODY.pw_uid)}
        assert group not in {"0", str(NOBODY.pw_gid)}
        assert not lines["Groups"].split()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_read_file('{file}')",
        "SELECT pg_read_binary_file('{file}')",
        "SELECT lo_import('{file}')",
        "SELECT pg_ls_dir('/root')",
        "COPY (SELECT 'altered') TO '{file}'",
        "COPY (SELECT 'altered') TO PROGRAM 'cat > {file}'",
        "COPY (SELECT 'altered') TO PROGRAM 'chmod 644 {file}'",
        "COPY (SELECT 'altered') TO PROGRAM 'rm -f {file}'",
        "CREATE TEMP TABLE lines (line text); COPY lines FROM '{file}'",
        "CREATE TEMP TABLE lines (line text); COPY lines FROM PROGRAM 'cat {file}'",
        "CREATE TEMP TABLE lines (line text); COPY lines FROM '/etc/shadow'",
    ],
)
def test_a_file_of_root_is_out_of_reach_of_sql(ask, secret, query):
    assert ask(f"SELECT pg_read_file('{secret.with_name('open')}')") == [("open",)]
    with pytest.raises(psycopg.Error, match=r"(?i)permission denied|child process exited"):
        ask(query.format(file=secret))


def test_it_cannot_replace_its_own_programs(server, ask):
    [program, *_] = processes_of(server)
    before = Path(program.exe()).read_bytes()
    with pytest.raises(psycopg.Error, match="child process exited"):
        ask(f"COPY (SELECT 'altered') TO PROGRAM 'cat > {program.exe()}.new'")
    with pytest.raises(psycopg.Error, match="child process exited"):
        ask(f"COPY (SELECT 'altered') TO PROGRAM 'rm {program.exe()}'")
    assert Path(program.exe()).read_bytes() == before


def test_it_does_not_get_the_key_of_the_account(ask):
    ask("CREATE TABLE environment (line text)")
    ask("COPY environment FROM PROGRAM 'env'")
    lines = [line for (line,) in ask("TABLE environment")]
    assert any(line.startswith("PATH=") for line in lines)
    assert not [line for line in lines if KEY in line]


@pytest.mark.parametrize(
    "command",
    [
        "cat {data}/pg_hba.conf",
        "echo 'host all all all trust' >> {data}/pg_hba.conf",
        "ls {data}",
        "cat {home}/password",
        "cat {home}/server.log",
        "cat /proc/{pid}/environ",
        "ls -l /proc/{pid}/fd/",
        "ls /proc/{pid}/root/",
        "cat /proc/{pid}/maps",
        "kill -STOP {pid}",
    ],
)
def test_a_process_of_nobody_cannot_reach_the_data(server, command):
    hba = (server.data / "pg_hba.conf").read_bytes()
    [process, *_] = processes_of(server)
    assert is_refused(command.format(data=server.data, home=server.home, pid=process.pid))
    assert (server.data / "pg_hba.conf").read_bytes() == hba


def test_a_process_of_nobody_cannot_reach_the_data_while_it_is_made(tmp_path):
    # Then it is owned by that user, as initdb demands one with a name.
    reached = []

    class Watched(Processes):
        def run(self, *command, **how):
            watcher = self.start("sleep", "60", cwd=Path("/"), run_as=how["run_as"])
            assert psutil.Process(watcher.pid).uids().real == NOBODY.pw_uid
            place = next(each for each in command if isinstance(each, Path) and each.is_dir())
            lines = [f"ls {place}", f"ls {place.parent}", f"cat {place.parent / 'password'}"]
            lines += [f"cat /proc/{watcher.pid}/{name}" for name in ("environ", "maps")]
            reached.extend(line for line in lines if not is_refused(line))
            super().run(*command, **how)
            watcher.kill()

    with Watched() as processes:
        EmbeddedPostgres(tmp_path / "postgres").start(processes)
    assert not reached
    assert shell("echo reached")[1] == "reached\n"


# -- Where it cannot be


def test_root_that_cannot_become_another_user_is_told_so_in_a_line(tmp_path):
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    run = subprocess.run(
        ["setpriv", "--bounding-set=-setuid", sys.executable, "-m", "demo", "--project", tmp_path],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 1
    assert not run.stderr
    assert run.stdout.splitlines()[-1] == (
        "PostgreSQL refuses to run as root and cannot run as another user here (Operation not "
        "permitted). Run this as a normal user, set TARGET_POSTGRES_HOST, or use "
        "TARGET=target-duckdb."
    )


# -- What removes it


@pytest.fixture
def checkout(tmp_path):
    """A checkout of which root has made a database, and what is outside it."""
    checkout = tmp_path / "checkout"
    home = checkout / "output" / "sandbox" / "postgres"
    shutil.copytree(ROOT / "demo", checkout / "demo", ignore=shutil.ignore_patterns("__pycache__"))
    with Processes() as processes:
        server = EmbeddedPostgres(home)
        server.start(processes)
    assert not server.data.is_relative_to(tmp_path)
    return checkout, server.data.parent


def clean(checkout):
    subprocess.run(
        ["make", "--file", ROOT / "Makefile", f"PYTHON={sys.executable}", "clean"],
        cwd=checkout,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )


def test_make_clean_removes_the_data_of_this_checkout_only(checkout):
    checkout, outside = checkout
    copy = checkout.with_name("copy")
    shutil.copytree(checkout, copy, symlinks=True)
    assert not EmbeddedPostgres(copy / "output" / "sandbox" / "postgres").exists
    clean(copy)
    assert not (copy / "output").exists()
    assert EmbeddedPostgres(checkout / "output" / "sandbox" / "postgres").exists
    clean(checkout)
    assert not (checkout / "output").exists()
    assert not outside.exists()


def test_a_checkout_that_is_moved_keeps_its_data_and_make_clean_removes_it(checkout):
    checkout, outside = checkout
    moved = checkout.rename(checkout.with_name("moved"))
    server = EmbeddedPostgres(moved / "output" / "sandbox" / "postgres")
    assert server.exists
    assert server.data == outside / "data"
    clean(moved)
    assert not outside.exists()


def test_data_that_is_gone_is_made_anew(checkout):
    # In another container, say, which shares the checkout.
    checkout, outside = checkout
    shutil.rmtree(outside)
    server = EmbeddedPostgres(checkout / "output" / "sandbox" / "postgres")
    assert not server.exists
    with Processes() as processes:
        server.start(processes)
        assert server.exists


@pytest.mark.parametrize("step", ["symlink_to", "mkdir", "chmod"])
def test_a_run_that_is_stopped_while_it_makes_the_directory_leaves_nothing_for_ever(
    tmp_path, monkeypatch, step
):
    todo = getattr(Path, step)

    def stopped(*arguments, **options):
        todo(*arguments, **options)
        raise Stopped(signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, stopped)
        with pytest.raises(Stopped):
            server_directory.make(tmp_path)
    assert not server_directory.find(tmp_path)
    [half_made] = outside(tmp_path)
    made = server_directory.make(tmp_path)
    assert not half_made.exists()
    assert outside(tmp_path) == [made.path]
    server_directory.remove(tmp_path)
    assert not made.path.exists()
    assert not outside(tmp_path)


@pytest.mark.parametrize("target", ["{parent}", "{parent}/..", "{parent}/../other", "other"])
def test_make_clean_removes_nothing_that_a_link_names_by_mistake(tmp_path, monkeypatch, target):
    parent = tmp_path / "parent"
    for place in (parent, tmp_path / "other"):
        place.mkdir()
    (tmp_path / server_directory.LINK).symlink_to(target.format(parent=parent))
    removed = []
    monkeypatch.setattr(server_directory, "PARENT", parent)
    monkeypatch.setattr(shutil, "rmtree", removed.append)
    server_directory.remove(tmp_path)
    assert not server_directory.find(tmp_path)
    assert not removed


def outside(home):
    """Return what the link in a directory names."""
    return [link.readlink() for link in home.glob("*") if link.is_symlink()]
