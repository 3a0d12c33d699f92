"""Results of the last searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class SearchCache:
    """Keeps the last few results of looking through many records, so that page 2 is cheap."""

    _KEPT = 16

    def __init__(self) -> None:
        """Start empty."""
        self._found: dict[Hashable, Any] = {}

    def remember(self, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Give what `make` found for this key, now or before."""
        if key not in self._found:
            while len(self._found) >= self._KEPT:
                del self._found[next(iter(self._found))]
            self._found[key] = make()
        return self._found[key]
