"""The declaration of an endpoint, and a checked request to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.api.errors import refusal
from sandbox.records.record_factory import RecordFactory
from sandbox.records.seeded_account import SeededAccount
from sandbox.values.timestamps import UTC, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from sandbox.account.account import Account
    from sandbox.options import Options
    from sandbox.values.json_types import Record

DEFAULT_LIMIT = 25
MAX_LIMIT = 100

PAGED = frozenset({"limit", "offset", "total"})
RANGE = frozenset({"since", "until"})
ZONED = frozenset({"time_zone"})


class Api:
    """An account, and the endpoints that show it."""

    def __init__(
        self, account: Account, options: Options, endpoints: Mapping[str, Endpoint]
    ) -> None:
        """Take the account and the endpoints by path."""
        self.account = account
        self.options = options
        self.endpoints = endpoints
        generated = {
            path: each.count
            for path, each in endpoints.items()
            if isinstance(each, GeneratedEndpoint)
        }
        self.seeded = SeededAccount(account, options, generated)
        self.records = RecordFactory(self.seeded)
        self.replaced: dict[str, list[Record]] = {}
        """Records that stand in for those of a path (with ids in it)."""

    def query(self, ids: tuple[str, ...] = (), **more: Any) -> Query:  # noqa: ANN401
        """Return the query that asks for everything, in UTC, under the parents `ids`."""
        return Query(self, self.account.clock.now(), ids, **more)

    def replace(self, path: str, records: list[Record]) -> None:
        """Make the records of a path (with ids in it) be these from now on."""
        self.replaced[path] = records
        self.records.forget()


@dataclass
class Query:
    """A checked request to an endpoint."""

    api: Api
    now: int
    ids: tuple[str, ...] = ()
    """All ids in the path."""
    values: dict[str, list[str]] = field(default_factory=dict)
    zone: tzinfo = UTC
    include: frozenset[str] = frozenset()
    sort: tuple[tuple[str, bool], ...] = ()
    """Fields to sort by, and whether downwards."""
    since: int | None = None
    until: int | None = None
    """The first second that is not asked for any more."""
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    total: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    """What a POST brought."""

    @property
    def account(self) -> Account:
        """The account that is read."""
        return self.api.account

    @property
    def options(self) -> Options:
        """The options of the sandbox."""
        return self.api.options

    @property
    def seeded(self) -> SeededAccount:
        """What follows from the seed of the account."""
        return self.api.seeded

    @property
    def records(self) -> RecordFactory:
        """Generates records by shape."""
        return self.api.records

    @property
    def home_zone(self) -> tzinfo:
        """The time zone of the account."""
        return zone_of(self.options.time_zone)

    @property
    def own(self) -> str:
        """The first id in the path."""
        return self.ids[0] if self.ids else ""

    def one(self, name: str) -> str | None:
        """Give the value of a parameter (the last one, as usual)."""
        values = self.values.get(name)
        return values[-1] if values else None

    def many(self, name: str) -> frozenset[str]:
        """Give the values of an array parameter such as `team_ids[]`; empty: not given."""
        return frozenset(self.values.get(name, ()))

    def flag(self, name: str) -> bool:
        """Give the value of a yes/no parameter."""
        value = (self.one(name) or "false").lower()
        if value not in {"true", "false"}:
            raise refusal(400, 2001, f"{name} must be true or false.")
        return value == "true"


@dataclass(frozen=True)
class Endpoint:
    """A GET endpoint as it is declared."""

    path: str
    """`{id}` stands for one segment."""
    key: str | None
    """Name of the record(s) in the response; None: the response has no body (204)."""
    source: Callable[[Query], Any]
    """Gives `Rows` for a list that has pages, otherwise what belongs under `key`."""
    scope: str | None = None
    """OAuth scope that is needed."""
    params: frozenset[str] = frozenset()
    """Query parameters that are accepted."""
    includes: tuple[str, ...] = ()
    """Values of `include[]` that are accepted."""
    sorts: tuple[str, ...] = ()
    """Fields that `sort_by` accepts."""
    max_sorts: int = 1
    window: Callable[[Query], None] | None = None
    """Rule for `since` and `until`."""
    ability: str | None = None
    """What the account's plan must have."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that a parameter accepts."""
    method: str = "GET"
    max_limit: int = MAX_LIMIT
    default_limit: int = DEFAULT_LIMIT
    accepted: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the names of all parameters."""
        more = {"include[]"} if self.includes else set()
        more |= {"sort_by"} if self.sorts else set()
        object.__setattr__(self, "accepted", self.params | more)

    @property
    def paged(self) -> bool:
        """Return whether it has classic pages."""
        return "offset" in self.params


@dataclass(frozen=True)
class GeneratedEndpoint(Endpoint):
    """An endpoint whose records are made up by their shape, or by a function of its own."""

    paging: str = "none"
    count: tuple[int, int] = (3, 12)
    """How many records there are (under each parent): at least, at most."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> property that it selects by (`a.b`); `~`: part of its text."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> what it is when it is not given (`all`: no filter)."""
    extra: Callable[[Query], Record] | None = None
    """What else the response has."""
    early_access: str | None = None
    """What the X-EARLY-ACCESS header must say (403 without)."""
    enrolment: str | None = None
    """403 when `plan_without` has it: an Early Access programme."""
    admin: bool = False
    """Only for the key of an administrator (403; option `plain_key`)."""
    status: int = 200
    body_keys: frozenset[str] = frozenset()
    """What a POST may bring; those of `filters` as `filters.x`."""
    check: Callable[[Query], None] | None = None
    """What else a request must do."""
    tells_more: bool = True
    """Analytics: whether its responses have `more`."""
    whole: bool = False
    """The records are the whole response: there is no key."""
