"""Incident scenarios: typical courses of events, as data.

A scenario is a row of steps: seconds since the step before, and what happens. An incident lives
through its scenario somewhat faster or slower, but never longer than `LONGEST` seconds; only the
first incident of a day is touched again later, see `LATER`.
"""

from __future__ import annotations

from typing import NamedTuple

from sandbox.values.timestamps import DAY


class Scenario(NamedTuple):
    """A course of events: actions (see `incidents.ACTIONS`) and when each one happens."""

    actions: tuple[str, ...]
    offsets: tuple[int, ...]


def _scenarios(text: str) -> tuple[Scenario, ...]:
    """Read scenarios, one after the other: `0 trigger, 5 notify, 1800 resolve; 0 trigger, …`."""
    return tuple(_scenario(each) for each in text.split(";"))


def _scenario(text: str) -> Scenario:
    actions, offsets, total = [], [], 0
    for step in text.split(","):
        delay, action = step.split()
        total += int(delay)
        actions.append(action)
        offsets.append(total)
    return Scenario(tuple(actions), tuple(offsets))


CLOSED = _scenarios(
    """
    0 trigger, 4 notify, 1800 auto_resolve;
    0 trigger, 1 rule, 600 auto_resolve;
    0 trigger, 3 notify, 120 acknowledge, 1500 resolve;
    0 trigger, 3 notify, 60 acknowledge, 300 annotate, 5400 resolve;
    0 trigger, 2 notify, 1800 escalate, 2 notify, 90 acknowledge, 600 annotate, 2400 resolve;
    0 trigger, 3 notify, 200 acknowledge, 60 priority, 300 status_update, 30 field,
        4000 annotate, 1800 resolve;
    0 trigger, 3 notify, 100 acknowledge, 200 snooze, 14400 unacknowledge, 2 notify,
        300 acknowledge, 1200 resolve;
    0 trigger, 3 notify, 100 acknowledge, 2000 resolve, 3600 reopen, 2 notify,
        60 acknowledge, 7000 resolve;
    0 trigger, 3 notify, 700 merge;
    0 trigger, 3 notify, 500 assign, 2 notify, 800 delegate, 2 notify, 60 acknowledge,
        2500 resolve;
    0 trigger, 3 notify, 120 acknowledge, 60 custom_field, 90 responder, 30 notify,
        400 annotate, 2000 resolve;
    0 trigger, 3 notify, 1800 repeat, 5 escalate, 3 notify, 1800 exhaust, 900 acknowledge,
        1000 resolve;
    0 trigger, 60 urgency, 3 notify, 500 acknowledge, 900 link, 3000 resolve;
    0 trigger, 3 notify, 900 trigger_limit, 800 acknowledge, 20000 ack_limit, 9000 resolve
    """
)

OPEN = _scenarios(
    """
    0 trigger, 3 notify, 1800 escalate, 3 notify, 1800 exhaust;
    0 trigger, 3 notify, 300 acknowledge, 900 annotate;
    0 trigger, 2 rule;
    0 trigger, 3 notify, 200 acknowledge, 60 priority, 100 snooze
    """
)

PACES = (128, 160, 200, 256, 320, 400, 512, 640)
"""How fast an incident goes through its scenario: offsets are multiplied by this / 256."""

LONGEST = max(scenario.offsets[-1] for scenario in CLOSED + OPEN) * max(PACES) // 256
SPILL_DAYS = LONGEST // DAY + 1
"""On how many days after its own an incident's scenario may still go on."""

LATER = (30, 200)
"""Days after which the first incident of a day changes once more."""

LATE_CHANGES = (
    *(("annotate",), ("priority",), ("custom_field",)) * 4,
    *(("reopen", "notify", "acknowledge", "resolve"),) * 3,
    ("reopen", "notify"),
)
"""What may happen late to an incident that is resolved; one that is open is resolved."""
