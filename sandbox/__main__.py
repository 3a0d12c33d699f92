"""Command line of the sandbox: prints its URL and serves until it is stopped."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.options import Options
from sandbox.sandbox import Sandbox
from sandbox.values.timestamps import duration

if TYPE_CHECKING:
    from sandbox.server.messages import RequestInfo


def parser() -> argparse.ArgumentParser:
    """Make the command line of the options."""
    made = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="PagerDuty in a box: a local look-alike of the PagerDuty REST API v2.",
        epilog="Try: curl -H 'Authorization: Token token=sandbox-key' URL/incidents",
    )
    for each in fields(Options):
        if each.metadata.get("cli") is False:
            continue
        default = None if each.default is MISSING else each.default
        flags = ["--" + each.name.replace("_", "-"), *each.metadata.get("flags", [])]
        shown = f" (default: {default})" if default and not isinstance(default, frozenset) else ""
        how: dict[str, Any] = {"dest": each.name, "default": default}
        how["help"] = each.metadata["help"] + shown
        if default is False:
            how["action"] = "store_true"
        else:
            how["type"] = each.metadata.get("read") or type(default)
            how["choices"] = each.metadata.get("choices")
        made.add_argument(*flags, **how)
    made.add_argument("--latency-ms", type=float, default=0.0, help="time that each response takes")
    made.add_argument("--jitter-ms", type=float, default=0.0, help="by how much that time varies")
    made.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="make responses fail, e.g. status=503,every=7,path=/incidents or reset,nth=3 "
        "or status=429,reset=5,times=2 or hang,seconds=5,every=50 (may be repeated)",
    )
    made.add_argument(
        "--state-file",
        type=Path,
        help="file that remembers how far virtual time is ahead, so that the account lives on",
    )
    made.add_argument(
        "--advance",
        type=duration,
        default=0.0,
        metavar="DURATION",
        help="move virtual time ahead by this much, e.g. 1d; adds up in the state file",
    )
    made.add_argument("--quiet", action="store_true", help="do not report requests")
    return made


def remembered(path: Path | None, advance: float) -> dict[str, float]:
    """Read, update and write the state file; gives `born` and `ahead` of the sandbox."""
    state = {"born": time.time(), "ahead": 0.0}
    if path is not None and path.exists():
        state.update(json.loads(path.read_text(encoding="utf-8")))
    state["ahead"] += advance
    if path is not None:
        path.write_text(json.dumps(state) + "\n", encoding="utf-8")
    return state


def report(info: RequestInfo) -> None:
    """Write a line about a request."""
    query = "&".join(f"{name}={value}" for name, some in info.query.items() for value in some)
    print(info.status, info.method, info.path + ("?" + query if query else ""), file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    made = parser()
    given = vars(made.parse_args(arguments))
    quiet, faults = given.pop("quiet"), given.pop("fault")
    state = remembered(given.pop("state_file"), given.pop("advance"))
    given["latency"] = (given.pop("latency_ms") / 1000, given.pop("jitter_ms") / 1000)
    if given["now"] is not None:
        state.pop("born")
    try:
        box = Sandbox(**given, **state)
        for each in faults:
            box.faults.add_spec(each)
        box.start()
    except (ValueError, TypeError, OSError) as error:
        made.error(str(error))
    print(box.url, flush=True)
    if not quiet:
        box.log = report
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    done.wait()
    box.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
