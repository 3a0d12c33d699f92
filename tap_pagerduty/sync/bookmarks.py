"""The positions of a stream in the state: where its loading began, and how far it has come."""

from __future__ import annotations

import logging
import typing as t
from datetime import datetime, timedelta

from tap_pagerduty.records.timestamps import instant, isoformat
from tap_pagerduty.sync.state import LOADED_SINCE, MISCOUNTED, POSITIONS, RECENT, SEEN_UNTIL

if t.TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

# How far a position may be ahead of the account's clock: the hosts that respond differ a little.
TOLERANCE = timedelta(minutes=15)
# On so many runs a window has to lack the same number of records until the count is disbelieved.
_RUNS = 3


class Bookmarks:
    """The positions in the state of one stream, all times in UTC.

    What was loaded is all from `loaded_since` to the position, without a gap.
    """

    def __init__(self, state: Callable[[], MutableMapping[str, t.Any]]) -> None:
        """Take what returns the stream's own part of the state."""
        self._state = state
        # The lists that came short in this run.
        self._short: set[str] = set()

    def __getitem__(self, name: str) -> datetime | None:
        """Return a position; None if the state has none."""
        value = self._state().get(name)
        return instant(value) if value else None

    def start(
        self, name: str, first_load_start: datetime, now: datetime, log: Callable[..., None]
    ) -> datetime | None:
        """Return the position NAME from which to resume; None for a first load.

        It notes in the state where the loading of the stream begins. Positions that lie in the
        future were written by a wrong clock: what happens until then would never be read, and
        what has happened since that run is not known to be loaded. So the stream is loaded again.
        """
        state = self._state()
        ahead = [
            state[each]
            for each in POSITIONS
            if each in state and instant(state[each]) > now + TOLERANCE
        ]
        if ahead:
            log(
                "The bookmark %s lies in the future, as it was written by a wrong clock; reading "
                "all again from %s.",
                max(ahead),
                isoformat(first_load_start),
                level=logging.WARNING,
            )
            for each in POSITIONS:
                if each != SEEN_UNTIL:
                    state.pop(each, None)
            if SEEN_UNTIL in state:
                state[SEEN_UNTIL] = isoformat(min(instant(state[SEEN_UNTIL]), now))
        if name not in state:
            state[LOADED_SINCE] = isoformat(first_load_start)
            state.pop(RECENT, None)
            return None
        # A state of an earlier version does not have it: its loading began at `start_date`.
        state.setdefault(LOADED_SINCE, isoformat(min(first_load_start, instant(state[name]))))
        return min(instant(state[name]), now)

    @property
    def loaded_since(self) -> datetime:
        """Where loading began; `start` has noted it."""
        return instant(self._state()[LOADED_SINCE])

    def move(self, **positions: datetime) -> None:
        """Move positions: `loaded_since` back only, all others ahead only."""
        state = self._state()
        for name, at in positions.items():
            known = state.get(name) or isoformat(at)
            choose = min if name == LOADED_SINCE else max
            state[name] = choose(isoformat(at), known)

    @property
    def earliest(self) -> str:
        """The earliest position, as text; before it all is loaded."""
        state = self._state()
        return str(min(state[name] for name in POSITIONS if name in state))

    # -- Windows of which PagerDuty counts more records than it lists

    def is_miscounted(self, path: str, window: str, missing: int) -> bool:
        """Note that a WINDOW of the list at PATH lacks so many records that were counted.

        Return whether the count is taken for wrong: the first such window of the list has lacked
        as many on several runs, and no window has been complete since. The state remembers that
        one only, as the bookmark does not pass it.
        """
        known = self._state().setdefault(MISCOUNTED, {})
        first, count, runs = known.get(path, (window, missing, 0))
        if runs >= _RUNS and count == missing:
            return True
        if path in self._short:
            return False
        self._short.add(path)
        runs = runs + 1 if (first, count) == (window, missing) else 1
        known[path] = [window, missing, runs]
        return bool(runs >= _RUNS)

    def is_complete(self, path: str, window: str) -> None:
        """Note that a WINDOW of the list at PATH has all records that were counted."""
        known = self._state().get(MISCOUNTED) or {}
        first, _, runs = known.get(path, (None, 0, 0))
        if first == window or runs >= _RUNS:
            del known[path]
            if not known:
                del self._state()[MISCOUNTED]
