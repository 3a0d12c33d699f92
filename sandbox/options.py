"""Every setting of the sandbox, once: the keyword arguments of `Sandbox` and the command line."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

# ruff: noqa: RUF009 - `_setting` only declares a field


def _setting(default: Any, text: str, **how: Any) -> Any:  # noqa: ANN401
    """Declare a setting: its default, what it means, how the command line writes it."""
    return field(default=default, metadata={"help": text, **how})


def names(text: str) -> frozenset[str]:
    """Read a comma-separated list of names."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Options:
    """What kind of account it is and how the server behaves."""

    seed: int = _setting(1, "account to make: the same seed gives the same account")
    profile: str = _setting(
        "company",
        "a plausible company, or hostile: odd texts and odd histories, for tests",
        choices=["company", "hostile"],
    )
    incidents: int = _setting(300, "number of incidents at the start", flags=["--scale"])
    days: int = _setting(400, "number of days over which they are spread")
    now: Any = _setting(None, "virtual time to start at, ISO 8601 (default: real time)", read=str)
    frozen: bool = _setting(False, "virtual time stands still unless it is advanced")
    time_zone: str = _setting("America/New_York", "time zone of the account")
    subdomain: str = _setting("acme", "subdomain of the account, as in the html_url of a record")
    api_key: str = _setting("sandbox-key", "API key to accept (Authorization: Token token=…)")
    bearer_token: Any = _setting(None, "OAuth token to accept (Authorization: Bearer …)", read=str)
    user_key: bool = _setting(
        False, "the key or token is a user's: GET /users/me shows whose it is"
    )
    client_id: str = _setting("sandbox-client", "OAuth app that POST /oauth/token accepts")
    client_secret: str = _setting("sandbox-secret", "secret of the OAuth app")
    token_lifetime: float = _setting(86_400.0, "real seconds for which its tokens are valid")
    narrow_tokens: bool = _setting(
        False, "leave scopes that were not granted out of a token, instead of refusing it"
    )
    region: str = _setting("us", "service region of the account", choices=["us", "eu"])
    scopes: Any = _setting(None, "OAuth scopes granted, comma separated (default: all)", read=names)
    plan_without: Any = _setting(
        frozenset(),
        "abilities, resources or paths that the plan lacks (HTTP 402), comma separated",
        read=names,
    )
    strict_accept: bool = _setting(False, "refuse requests without an Accept header")
    rate_limit: int = _setting(960, "requests allowed in each window")
    rate_window: float = _setting(60.0, "length of the window in real seconds")
    oncalls_rate_limit: Any = _setting(None, "limit of its own for GET /oncalls", read=int)
    other_client: float = _setting(0.0, "share of each window that another client uses up (0…1)")
    bare_429: bool = _setting(False, "respond 429 without rate limit headers and body")
    latency: Any = _setting(
        (0.0, 0.0), "seconds that each response takes: (mean, jitter), or just the mean", cli=False
    )
    until_inclusive: bool = _setting(False, "since … until includes the second of `until`")
    log_entries_order: str = _setting("desc", "order of log entries", choices=["asc", "desc"])
    notifications_order: str = _setting("asc", "order of notifications", choices=["asc", "desc"])
    incident_embed_short: float = _setting(
        0.0, "share (0…1) of the incidents embedded in log entries that lack some fields"
    )
    clip_oncalls: bool = _setting(False, "GET /oncalls cuts shifts to since … until")
    users: int = _setting(0, "users to add to those that every account has")
    plain_key: bool = _setting(
        False, "the key is no administrator's: audit records and such are refused (HTTP 403)"
    )
    undocumented_paging: str = _setting(
        "works",
        "limit and offset (or cursor) where only responses have them",
        choices=["works", "ignored", "refused"],
    )
    analytics_daily_quota: Any = _setting(
        None, "analytics requests allowed in a virtual day", read=int
    )
    analytics_delay: int = _setting(0, "seconds by which analytics lag behind")
    lag: int = _setting(
        0, "seconds after its time before an incident, log entry, notification, … is listed"
    )
    embed_lag: int = _setting(
        0, "seconds by which the incidents embedded in log entries are out of date"
    )
    no_date: bool = _setting(False, "responses have no Date header")
    date_ahead: int = _setting(0, "seconds by which the Date header is ahead of virtual time")
    unstable_order: bool = _setting(
        False, "records of the same time or name change places from one page to the next"
    )
    total_off: int = _setting(0, "number by which each `total` is too high")
    edits_while_paged: int = _setting(
        0, "how many further pages of lists come after a removal and a move to the front"
    )
    growth_while_paged: int = _setting(
        0, "incidents that appear in a filtered window of the past before its second page"
    )
    features_off: Any = _setting(
        frozenset(),
        "resources or paths that the account does not have (HTTP 404), comma separated",
        read=names,
    )
    bare_lists: bool = _setting(False, "lists come with neither `more` nor `total`")
    largest_page: int = _setting(0, "records on a page at most, whatever `limit` asks for")
    empty_lists: str = _setting(
        "list", "what an empty list comes as", choices=["list", "null", "204"]
    )
    get_body_status: int = _setting(
        0, "HTTP status with which a proxy refuses each GET that has a body"
    )
    heavy_records: int = _setting(0, "records that may be asked for; more fail (HTTP 408)")
    heavy_bytes: int = _setting(0, "bytes that a body may have; larger ones fail (HTTP 408)")
    unreadable: Any = _setting(
        None, "path and position (from 1) of a record that cannot be had: /incidents:37", read=str
    )
    host: str = _setting("127.0.0.1", "loopback address to listen on")
    port: int = _setting(0, "port to listen on (default: any free one)")

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.host not in {"127.0.0.1", "::1", "localhost"}:
            msg = "the sandbox listens on the loopback interface only"
            raise ValueError(msg)
        if self.incidents < 1 or self.days < 1:
            msg = "the account needs at least one incident and one day"
            raise ValueError(msg)
        if self.profile not in {"company", "hostile"}:
            msg = "the profile is either company or hostile"
            raise ValueError(msg)
        if {self.log_entries_order, self.notifications_order} - {"asc", "desc"}:
            msg = "an order is either asc or desc"
            raise ValueError(msg)
        several = isinstance(self.latency, (tuple, list))
        latency = tuple(self.latency) if several else (float(self.latency), 0.0)
        object.__setattr__(self, "latency", latency)
        for name in ("scopes", "plan_without", "features_off"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, frozenset(value))

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Options:
        """Make options of keyword arguments; `scale` is another word for `incidents`."""
        settings = dict(settings)
        if "scale" in settings:
            settings["incidents"] = settings.pop("scale")
        unknown = settings.keys() - {each.name for each in fields(cls)}
        if unknown:
            msg = f"unknown option: {', '.join(sorted(unknown))}"
            raise TypeError(msg)
        return cls(**settings)
