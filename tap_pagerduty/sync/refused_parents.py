"""The parents that the API refuses to show to a child stream, while it shows others."""

from __future__ import annotations

import typing as t

from tap_pagerduty.sync.state import REFUSED

if t.TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from tap_pagerduty.records import Record

# Parents that the state remembers, at most.
MOST_REMEMBERED = 100


class RefusedParents:
    """What the API said of the parents that it refused, and what of them the state remembers.

    The bookmark of an incremental parent passes them. So the next run asks for them again, until
    they are shown or gone. A parent is known by the columns that its children take from it.
    """

    def __init__(self) -> None:
        """Start with none, and remember none."""
        self.messages: list[str] = []
        # Those that earlier runs have left.
        self.earlier: list[Record] = []
        # Whether there are more than the state remembers.
        self.is_full = False
        self._state: MutableMapping[str, t.Any] | None = None

    def remember_in(self, state: MutableMapping[str, t.Any]) -> None:
        """Remember them in the STATE of the child stream."""
        self._state = state
        self.earlier = list(state.get(REFUSED, ()))

    def add(self, columns: Mapping[str, t.Any], message: str) -> None:
        """Note a parent that was refused, and what the API said."""
        self.messages.append(message)
        if self._state is None:
            return
        known = self._state.setdefault(REFUSED, [])
        if dict(columns) not in known:
            if len(known) < MOST_REMEMBERED:
                known.append(dict(columns))
            else:
                self.is_full = True

    def remove(self, columns: Mapping[str, t.Any]) -> None:
        """Note a parent that was shown, or that is gone."""
        if self._state is None or REFUSED not in self._state:
            return
        left = [each for each in self._state[REFUSED] if each != columns]
        self._state[REFUSED] = left
        if not left:
            del self._state[REFUSED]
