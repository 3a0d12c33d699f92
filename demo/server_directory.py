"""Where PostgreSQL keeps its data when root starts it.

PostgreSQL refuses to run as root, and no other user can enter `output/`. So root gives it a user
id of its own, which has no name and no rights, and a directory under /var/lib that only this id
and root can enter. A symbolic link in `output/` names the directory; `make clean` removes both:
`python -m demo.server_directory`, which needs nothing but Python.
"""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import shutil
import sys
import typing as t
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# Holds the directories. It is on a disk, and survives a reboot.
PARENT = Path("/var/lib/tap-pagerduty")
# Name of the link in the directory for which the server runs, and of the file that leads back.
LINK, HOME = "server", "home"
# Ids that neither distributions nor systemd give to users (systemd.io/UIDS-GIDS), and that
# containers with ids of their own have as well.
IDS = range(60_578, 61_184)


@dataclass(frozen=True)
class ServerDirectory:
    """A directory that only root and the server can enter."""

    path: Path

    @property
    def ids(self) -> tuple[int, int]:
        """User id and group id of the server, the same number: the group may enter."""
        number = self.path.stat().st_gid
        return number, number

    @property
    def data(self) -> Path:
        """Where the database is; not there until it is made."""
        return self.path / "data"

    @property
    def home(self) -> Path | None:
        """The directory whose link names this one."""
        return _target(self.path / HOME)

    def programs(self, origin: Path, names: tuple[str, ...], version: str) -> Path:
        """Return a copy of a wheel's programs that the server can read and not change.

        Args:
            origin: Directory `bin` of the programs, three levels below site-packages. What they
                need is beside it and in `*.libs`, and is found by relative paths.
            names: Which of the programs to copy.
            version: Version of the wheel. A copy of another version is replaced.
        """
        copy = self.path / f"programs-{version}"
        root, package = origin.parents[2], origin.parents[1]
        there = copy / origin.relative_to(root)
        if copy.exists():
            return there
        for old in self.path.glob("programs-*"):
            shutil.rmtree(old)
        new = self.path / f"programs-{version}.new"
        for folder in (origin.parent / "lib", origin.parent / "share"):
            shutil.copytree(
                folder, new / folder.relative_to(root), ignore=shutil.ignore_patterns("*.a")
            )
        libraries = f"{package.name}.libs"
        if (root / libraries).exists():
            shutil.copytree(root / libraries, new / libraries)
        (new / origin.relative_to(root)).mkdir()
        for name in names:
            shutil.copy(origin / name, new / origin.relative_to(root))
        self._lend(new)
        new.rename(copy)
        return there

    def _lend(self, tree: Path) -> None:
        """Let the server read a tree of root's, whatever the umask made of it."""
        for path in (tree, *tree.rglob("*")):
            runs = path.stat().st_mode & 0o100
            os.chown(path, 0, self.ids[1])
            path.chmod(0o750 if runs else 0o640)


def find(home: Path) -> ServerDirectory | None:
    """Return the directory that the link in HOME names, if it is there and complete."""
    found = _of(home)
    return found if found and all(found.ids) else None


def make(home: Path) -> ServerDirectory:
    """Make a directory for HOME, and the link that names it.

    The link comes first and the group last: what an interrupted run leaves is found, and replaced.

    Raises:
        OSError: root may not do so here.
    """
    remove(home)
    path = PARENT / secrets.token_hex(8)
    (home / LINK).unlink(missing_ok=True)
    (home / LINK).symlink_to(path)
    path.mkdir(mode=0o700, parents=True)
    PARENT.chmod(0o711)
    (path / HOME).symlink_to(home)
    path.chmod(0o710)
    os.chown(path, 0, _free_id())
    return ServerDirectory(path)


def remove(home: Path) -> None:
    """Remove the directory of HOME, if it has one, and the link."""
    if found := _of(home):
        shutil.rmtree(found.path)
        (home / LINK).unlink()
        with suppress(OSError):  # there may be those of others
            PARENT.rmdir()


def every() -> Iterator[ServerDirectory]:
    """Yield all directories of this machine."""
    return map(ServerDirectory, PARENT.glob("*"))


def _of(home: Path) -> ServerDirectory | None:
    """Return the directory that the link in HOME names, if it is there and belongs to HOME.

    It belongs to another one if HOME is a copy of that, and to HOME if HOME was moved.
    """
    path = _target(home / LINK)
    if not path or path.parent != PARENT or not path.name.isalnum() or not path.is_dir():
        return None
    found = ServerDirectory(path)
    is_copy = found.home and found.home != home and _target(found.home / LINK) == path
    return None if is_copy else found


def _target(link: Path) -> Path | None:
    """Return what a link names; nothing if there is no link."""
    with suppress(OSError):
        return link.readlink()
    return None


def _free_id() -> int:
    """Return an id that is nobody's: of no user, group, process or other server directory."""
    taken = set()
    for path in (*PARENT.glob("*"), *Path("/proc").glob("[0-9]*")):
        with suppress(OSError):  # it is gone, or has ended
            taken |= {path.stat().st_uid, path.stat().st_gid}
    order = secrets.SystemRandom().sample(IDS, len(IDS))
    return next(each for each in order if each not in taken and not _is_named(each))


def _is_named(number: int) -> bool:
    for name_of in (pwd.getpwuid, grp.getgrgid):
        with suppress(KeyError):
            name_of(number)
            return True
    return False


def main() -> int:
    """Remove what belongs to this checkout; return the exit status."""
    for link in Path.cwd().glob(f"output/**/{LINK}"):
        try:
            remove(link.parent)
        except OSError as error:
            sys.stdout.write(f"{error}; run `make clean` as root.\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
