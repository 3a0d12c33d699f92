"""Change events, of the whole account and of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.account.initial_configuration import ACCOUNT_CREATED
from sandbox.api.declarations import declare
from sandbox.api.errors import not_found
from sandbox.api.windows import utc_window
from sandbox.endpoints.recurring import list_of_numbers, numbers_between, time_of
from sandbox.values.timestamps import DAY, UTC, write_time

if TYPE_CHECKING:
    from sandbox.api.endpoint import Query
    from sandbox.api.record_list import RecordList
    from sandbox.values.json_types import Record

_CHANGES = "/change_events"
CHANGE_STEP = DAY // 2
_KEPT = 400 * DAY


def change_event(query: Query, number: int) -> Record:
    """Make a change event."""
    made = query.records.make(_CHANGES, (), number, query.zone, query.include)
    at = time_of(query, _CHANGES, number, CHANGE_STEP)
    return {**made, "timestamp": write_time("z", at, UTC)}


def change_before(query: Query, moment: int) -> int:
    """Give the number of the last change event before a moment."""
    number = (moment - ACCOUNT_CREATED) // CHANGE_STEP
    return number - (time_of(query, _CHANGES, number, CHANGE_STEP) >= moment)


def _changes(query: Query) -> RecordList:
    numbers = numbers_between(query, _CHANGES, CHANGE_STEP, query.now - _KEPT)
    teams = query.many("team_ids[]")
    if teams:
        numbers = [each for each in numbers if _is_of(query, change_event(query, each), teams)]
    return list_of_numbers(numbers, lambda number: change_event(query, number))


def _is_of(query: Query, record: Record, teams: frozenset[str]) -> bool:
    """Return whether one of the services of a record belongs to one of the teams."""
    services = [query.account.configuration.get("services", x["id"]) for x in record["services"]]
    return any(ref.id in teams for each in services if each for ref in each["teams"])


def _changes_of(query: Query) -> list[Record]:
    return [
        each
        for each in _changes(query).all()
        if any(service["id"] == query.ids[0] for service in each["services"])
    ]


def _change(query: Query) -> Record:
    for number in numbers_between(query, _CHANGES, CHANGE_STEP, query.now - _KEPT):
        if query.seeded.own_id(_CHANGES, (), number) == query.ids[0]:
            return change_event(query, number)
    raise not_found()


CHANGE_EVENTS = (
    declare(
        _CHANGES,
        "change_events",
        "classic",
        _changes,
        scope="change_events.read",
        window=utc_window,
        filters="integration_ids[]=integration.id",
        params="team_ids[]",
    ),
    declare("/change_events/{id}", "change_event", "single", _change, scope="change_events.read"),
    declare(
        "/services/{id}/change_events",
        "change_events",
        "classic",
        _changes_of,
        scope="services.read",
        window=utc_window,
        filters="integration_ids[]=integration.id",
        params="team_ids[]",
    ),
)
