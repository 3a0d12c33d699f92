"""What goes wrong on purpose: rules that turn some responses into failures."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.api.errors import shaped
from sandbox.server.messages import HTML_PAGE, Response, json_response

KINDS = ("status", "reset", "reset_body", "truncate", "html", "hang", "slow")


@dataclass
class Fault:
    """A rule: what goes wrong, and for which requests."""

    kind: str
    """status, reset, reset_body, truncate, html, hang or slow."""
    path: str | None = None
    """Only for this path (`*` matches anything)."""
    every: int | None = None
    """For each n-th matching request."""
    nth: int | None = None
    """For the n-th matching request only."""
    after: int = 0
    """Not for the first n matching requests."""
    times: int | None = None
    """Not more often than this."""
    status: int = 503
    """HTTP status (kind `status`)."""
    body: str = "json"
    """json, html, empty, or a shape of `errors.shaped` (kind `status`)."""
    reset: int | None = None
    """Value of `ratelimit-reset` (status 429); None: no rate limit headers."""
    seconds: float = 1.0
    """How long the response takes (kinds `hang`, `slow`)."""
    dated: bool = True
    """Whether the response has a Date header."""
    seen: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Refuse a rule that can't be meant."""
        if self.kind not in KINDS:
            msg = f"unknown fault {self.kind!r}: one of {', '.join(KINDS)}"
            raise ValueError(msg)

    def applies(self, path: str) -> bool:
        """Count a request; return whether this is one that fails."""
        if self.path is not None and not fnmatchcase(path, self.path):
            return False
        if self.times is not None and self.done >= self.times:
            return False
        self.seen += 1
        number = self.seen - self.after
        chosen = number > 0
        if self.every is not None:
            chosen = chosen and number % self.every == 0
        if self.nth is not None:
            chosen = chosen and number == self.nth
        self.done += chosen
        return chosen


class Faults:
    """All rules in force; for a request the first one that applies counts."""

    def __init__(self) -> None:
        """Start without any."""
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, **how: Any) -> Fault:  # noqa: ANN401
        """Add a rule, see `Fault`; its `done` counts how often it struck."""
        fault = Fault(kind, **how)
        with self._lock:
            self._rules.append(fault)
        return fault

    def add_spec(self, text: str) -> Fault:
        """Add a rule as the command line writes it: `status=503,every=7,path=/incidents`.

        The kind comes first: `reset,nth=3`, `hang,seconds=5`; `status=503` is short for
        `status,status=503`.
        """
        how: dict[str, Any] = {}
        for part in text.split(","):
            name, equals, value = part.strip().partition("=")
            if not equals:
                how["kind"] = name
            elif name in {"every", "nth", "after", "times", "status", "reset"}:
                how[name] = int(value)
            elif name == "seconds":
                how[name] = float(value)
            elif name == "dated":
                how[name] = value == "yes"
            else:
                how[name] = value
        how.setdefault("kind", "status")
        return self.add(**how)

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def strike(self, path: str) -> Fault | None:
        """Return what goes wrong with a request to this path."""
        with self._lock:
            for rule in self._rules:
                if rule.applies(path):
                    return rule
        return None


def failure(fault: Fault) -> Response | None:
    """Make the response of a fault that needs no real one; None: it spoils the real response."""
    if fault.kind == "html":
        return Response(200, HTML_PAGE, "text/html; charset=utf-8")
    if fault.kind != "status":
        return None
    headers = {}
    if fault.reset is not None:
        headers = {
            "ratelimit-limit": "960",
            "ratelimit-remaining": "0",
            "ratelimit-reset": str(fault.reset),
        }
    if fault.body == "empty":
        return Response(fault.status, content_type=None, headers=headers)
    if fault.body == "html":
        return Response(fault.status, HTML_PAGE, "text/html; charset=utf-8", headers)
    response = json_response(fault.status, shaped(fault.body, fault.status))
    response.headers = headers
    return response
