"""The state that a run leaves for the next: what it holds, and whether one can be used.

Per stream it has the SDK's `replication_key` and `replication_key_value`; of incidents
and of their analytics also `created_until`. These are times in UTC, before which all
records have been emitted. Incidents also have `seen_until`: none that was created later
has been. The bookmark of the run log is the run that wrote the state, see `run_log`.
"""

from __future__ import annotations

import typing as t

from tap_pagerduty.records.timestamps import instant

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from singer_sdk import Stream

SEEN_UNTIL = "seen_until"
POSITIONS = ("replication_key_value", "created_until", SEEN_UNTIL)
# Where the loading of a stream began: from there to its position, all records have been emitted.
LOADED_SINCE = "loaded_since"
# Of a child stream, from where on it has not read the parents that were created or changed, and
# which parents the API refused.
UNREAD_CREATED, UNREAD_CHANGED = "unread_created_since", "unread_changed_since"
REFUSED = "refused"
# Of incidents, those last changed in the overlap, with when: these were emitted.
RECENT = "recent"
# How many records PagerDuty counts and does not list, by list and window.
MISCOUNTED = "miscounted"

# What those hold that are not times: the type, and that of each value in it.
_SHAPES: dict[str, tuple[type, type]] = {
    "partitions": (list, dict),
    RECENT: (dict, str),
    REFUSED: (list, dict),
    MISCOUNTED: (dict, list),
}
_COUNTED = 3  # window, records that are missing, runs


def earliest_positions(state: Mapping[str, t.Any]) -> dict[str, str]:
    """Return the position of each incremental stream before which all is loaded, by stream."""
    found = {}
    for name, bookmark in state.get("bookmarks", {}).items():
        positions = [bookmark[each] for each in POSITIONS if each in bookmark]
        if positions != [bookmark.get(SEEN_UNTIL)] and positions:
            found[name] = min(positions)
    return found


def check_state(state: Mapping[str, t.Any], streams: Mapping[str, Stream]) -> None:
    """Return if the STATE of an earlier run is one of these STREAMS.

    What a later version may have added, a stream or a key of one, does no harm.

    Raises:
        ValueError: it is not; says why.
    """
    if not state:
        return
    if state.get("type") == "STATE":
        msg = "it is a STATE message; the tap takes the `value` in it"
        raise ValueError(msg)
    bookmarks = state.get("bookmarks")
    if not isinstance(bookmarks, dict):
        msg = "it holds no `bookmarks`"
        raise ValueError(msg)  # noqa: TRY004, not a caller's mistake
    known = bookmarks.keys() & streams.keys()
    if bookmarks and not known:
        msg = "its bookmarks are of other streams than this tap's"
        raise ValueError(msg)
    for name, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            msg = f"the bookmark of {name} is not an object"
            raise ValueError(msg)  # noqa: TRY004
    for name in sorted(known):
        _check_bookmark(bookmarks[name], streams[name])


def _check_bookmark(bookmark: Mapping[str, t.Any], stream: Stream) -> None:
    for name, (kind, inner) in _SHAPES.items():
        found = bookmark.get(name, kind())
        values = found.values() if isinstance(found, dict) else found
        fits = isinstance(found, kind) and all(isinstance(each, inner) for each in values)
        if not fits or (name == MISCOUNTED and any(len(each) != _COUNTED for each in values)):
            msg = f"{name} of {stream.name} does not hold what it should"
            raise ValueError(msg)
    key = bookmark.get("replication_key")
    if key and stream.replication_key and key != stream.replication_key:
        msg = f"the bookmark of {stream.name} is on {key}, not on {stream.replication_key}"
        raise ValueError(msg)
    for position in bookmark.keys() & {*POSITIONS, LOADED_SINCE, UNREAD_CREATED, UNREAD_CHANGED}:
        try:
            instant(bookmark[position])
        except (TypeError, ValueError):
            msg = f"{position} of {stream.name} is not a time"
            raise ValueError(msg) from None
