"""The account that is read: a real one, or the sandbox."""

from __future__ import annotations

import re
import sys
import typing as t

from demo.processes import DemoError, lines
from tap_pagerduty.settings import CREDENTIALS

if t.TYPE_CHECKING:
    from pathlib import Path

    from demo.processes import Processes


def is_given(env: dict[str, str]) -> bool:
    """Return whether there are credentials of a real account."""
    return any(env.get(f"TAP_PAGERDUTY_{kind[0].upper()}") for kind in CREDENTIALS)


# Incidents of the made-up account, over how many days: enough for weeks to be compared.
SCALE = ("--incidents", "1200", "--days", "365")


def start_sandbox(processes: Processes, project: Path, home: Path, advance: str) -> dict[str, str]:
    """Start the sandbox, its clock ADVANCEd by so much; return the settings to read it.

    Raises:
        DemoError: it did not come up.
    """
    home.mkdir(parents=True, exist_ok=True)
    log = home / "sandbox.log"
    sandbox = processes.start(
        *(sys.executable, "-m", "sandbox", "--quiet"),
        *("--state-file", home / "clock.json", "--advance", advance),
        *SCALE,
        cwd=project,
        log=log,
    )
    for line in lines(sandbox):
        if found := re.search(r"http://\S+", line):
            return {
                "TAP_PAGERDUTY_API_KEY": "sandbox-key",
                "TAP_PAGERDUTY_API_URL": found[0],
            }
    msg = f"The sandbox does not start; its own words are in {log}."
    raise DemoError(msg)
