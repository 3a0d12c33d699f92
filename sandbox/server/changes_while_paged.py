"""What changes between two pages of a list, by the options for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.configuration import KINDS
from sandbox.values.timestamps import moment_of

if TYPE_CHECKING:
    from collections import Counter

    from sandbox.account.account import Account
    from sandbox.options import Options
    from sandbox.server.messages import RequestInfo

_FILTERS = {"urgencies[]": "urgency", "service_ids[]": "service_id", "team_ids[]": "team_ids"}


def change_while_paged(
    account: Account, options: Options, info: RequestInfo, done: Counter[str]
) -> None:
    """Change the account before a further page is computed; DONE counts the changes."""
    if info.query.get("offset", ["0"]) == ["0"]:
        return
    kind = info.path[1:]
    if kind in KINDS and done["edits"] < options.edits_while_paged:
        done["edits"] += 1
        _remove_and_move(account, kind, done["edits"])
    filters = _FILTERS.keys() & info.query.keys()
    grown = options.growth_while_paged
    if grown and info.path == "/incidents" and "since" in info.query and filters:
        if not done["growth"]:
            over = {_FILTERS[name]: info.query[name][0] for name in filters - {"team_ids[]"}}
            account.burst(grown, at=moment_of(info.query["since"][0]), seconds=grown, **over)
        done["growth"] += 1


def _remove_and_move(account: Account, kind: str, number: int) -> None:
    """Remove the first record of a list, and move the last one to the front."""
    with account.lock:
        records = account.configuration.all(kind)
        account.delete(kind, records[0]["id"])
        name = "label" if kind == "tags" else "name"
        account.update(kind, records[-1]["id"], **{name: f" In front {number:04d}"})
