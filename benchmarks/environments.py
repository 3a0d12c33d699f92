"""The environments of the peers, made once, beside this file."""

# ruff: noqa: S603 - the commands are our own

from __future__ import annotations

import subprocess
import sys
import venv

from benchmarks.measured_process import HERE

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
    directory = HERE / ".envs" / f"{peer}-{sys.version_info.major}.{sys.version_info.minor}"
    interpreter, complete = directory / "bin" / "python", directory / ".complete"
    if not complete.exists():
        print(f"Installing {PACKAGES[peer]} (once) ...", file=sys.stderr)
        venv.create(directory, clear=True, with_pip=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([interpreter, *install, PACKAGES[peer]], check=True)
        complete.touch()
    return str(interpreter)
