"""What the tap emits of a made-up account in two runs, a day apart."""

# ruff: noqa: S603 - the command is our own

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Record = dict[str, Any]
Key = tuple[Any, ...]
DAY = 86_400
# Text that loaders trip over. U+0000, at which PostgreSQL stops, is not among it.
ODD = "\"'`\\ \\u0000 \\x00 \n\r\t\u2028 \u0085 \U0001f525 é e\u0301 \ufeff \u202e %s $1 -- {{}} ;"


@dataclass
class Emission:
    """What was emitted: the runs, and what a table should hold after them."""

    # The files of the messages, a run each.
    runs: list[Path] = field(default_factory=list)
    schemas: dict[str, Record] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    # By stream and key: rows that are there, and rows that have gone from the account.
    rows: dict[str, dict[Key, Record]] = field(default_factory=dict)
    gone: dict[str, dict[Key, Record]] = field(default_factory=dict)

    def key_of(self, stream: str, row: Mapping[str, Any]) -> Key:
        """Return the key of a row, as texts: targets differ in the types of columns."""
        return tuple(_plain(row.get(name)) for name in self.keys[stream])

    def take(self, run: Path) -> None:
        """Take a run into account."""
        self.runs.append(run)
        versions: dict[str, dict[Key, int | None]] = {}
        for line in run.read_bytes().splitlines():
            message = json.loads(line)
            stream = message.get("stream", "")
            rows, gone = (held.setdefault(stream, {}) for held in (self.rows, self.gone))
            if message["type"] == "SCHEMA":
                self.schemas[stream] = message["schema"]
                self.keys[stream] = message["key_properties"]
            elif message["type"] == "RECORD":
                key = self.key_of(stream, message["record"])
                rows[key] = message["record"]
                versions.setdefault(stream, {})[key] = message.get("version")
            elif message["type"] == "ACTIVATE_VERSION":
                current = versions.get(stream, {})
                for key in [k for k in rows if current.get(k) != message["version"]]:
                    gone[key] = rows.pop(key)
        self.rows.pop("", None)


def emit(home: Path, *, every: bool, runs: int = 2, **settings: Any) -> Emission:  # noqa: ANN401
    """Read a sandbox's account: EVERY stream, or those that are selected by default.

    Between two RUNS a day passes, a user vanishes and an incident is opened.
    """
    home.mkdir(parents=True)
    emission = Emission()
    now = "2024-06-12T12:34:56Z"
    with Sandbox(
        profile="hostile", now=now, frozen=True, incidents=40, days=60, rate_limit=100_000
    ) as box:
        leaver = _furnish(box)
        config = {
            "api_key": box.api_key,
            "api_url": box.url,
            "start_date": "2024-04-23T00:00:00Z",
            "rate_limit_reserve_percent": 0,
            "requests_per_second": 1000,
            "retry_timeout_seconds": 10,
            **settings,
        }
        files = {"config": config, "catalog": _catalog(every=every)}
        emission.take(_run(home, "first", files))
        if runs == 1:
            return emission
        [*_, last] = emission.runs[0].read_bytes().splitlines()
        box.advance(DAY)
        box.account.delete("users", leaver)
        box.account.create_incident()
        state = json.loads(last)["value"]
        emission.take(_run(home, "second", {**files, "state": state}))
    return emission


def _plain(value: Any) -> str:  # noqa: ANN401, any JSON value
    """Return a value as text, a time in the way that the tap writes it."""
    with suppress(ValueError):
        at = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        if at.tzinfo:
            at = at.astimezone(timezone.utc).replace(tzinfo=None)
        return f"{at.isoformat()}Z"
    return str(value)


def _furnish(box: Sandbox) -> str:
    """Fill the account with what is easily lost; return the id of a user who will leave."""
    account = box.account
    for hours in (1, 2):  # half of the open incidents impact business services
        account.create_incident(at=box.now() - hours * 3600)
    own = account.create_incident(title=ODD, incident_key=ODD, at=box.now() - 7200)
    account.add_note(own, ODD, at=box.now() - 3600)
    account.set_custom_field(own, ODD, {"": ODD, ODD: [ODD, None]}, at=box.now() - 540)
    account.create("users", name=ODD, description="")
    leaver: str = account.create("users")
    return leaver


def _catalog(*, every: bool) -> Record:
    command = [sys.executable, "-m", "tap_pagerduty", "--discover"]
    found = subprocess.run(command, capture_output=True, check=True)
    catalog: Record = json.loads(found.stdout)
    for stream in catalog["streams"] if every else ():
        root = next(m["metadata"] for m in stream["metadata"] if not m["breadcrumb"])
        root["selected"] = True
    return catalog


def _run(home: Path, name: str, files: Mapping[str, Any]) -> Path:
    command = [sys.executable, "-m", "tap_pagerduty"]
    for option, content in files.items():
        path = home / f"{name}-{option}.json"
        path.write_text(json.dumps(content))
        command += [f"--{option}", str(path)]
    out = home / f"{name}.jsonl"
    with out.open("wb") as file, out.with_suffix(".log").open("wb") as log:
        subprocess.run(command, stdout=file, stderr=log, check=True)
    return out
