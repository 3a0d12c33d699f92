"""Virtual environments of other programs, made once, beside this file."""

# ruff: noqa: S603 - the commands are our own

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measured_process import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGES = {
    "singer-io": "tap-pagerduty==0.3.0",
    "bmaquet": "bmaquet-tap-pagerduty==1.0.2",
    "vendor": "pagerduty==7.2.0",
}


def python(peer: str) -> str:
    """Return the interpreter of a peer's environment, which is made if it is not there.

    Raises:
        subprocess.CalledProcessError: it cannot be installed here.
    """
    return str(environment(peer, [PACKAGES[peer]]) / "python")


def environment(name: str, packages: Iterable[str], overrides: Iterable[str] = ()) -> Path:
    """Return the directory of programs of an environment, which is made if it is not there.

    PACKAGES are requirements; OVERRIDES replace what the packages themselves require.
    An environment of other packages is made anew.

    Raises:
        subprocess.CalledProcessError: the packages cannot be installed here.
    """
    directory = HERE / ".envs" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    complete = directory / ".complete"
    wanted = "\n".join([*packages, "# in place of what these require:", *overrides])
    if not complete.exists() or complete.read_text(encoding="utf-8") != wanted:
        print(f"Installing {', '.join(packages)} (once) ...", file=sys.stderr)
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(directory)],
            check=True,
        )
        replaced = directory / "overrides.txt"
        replaced.write_text("\n".join(overrides), encoding="utf-8")
        install = [uv, "pip", "install", "--quiet", "--python", str(directory / "bin" / "python")]
        subprocess.run([*install, "--overrides", str(replaced), *packages], check=True)
        complete.write_text(wanted, encoding="utf-8")
    return directory / "bin"
