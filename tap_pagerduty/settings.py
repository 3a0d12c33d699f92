"""The settings: what each is, and what the JSON schema cannot say of them."""

from __future__ import annotations

import re
import typing as t
from contextlib import suppress
from itertools import chain

import pendulum
from singer_sdk import typing as th

from tap_pagerduty.api.concurrency import CEILING
from tap_pagerduty.api.connection import HOSTS
from tap_pagerduty.api.session import MAX_RESPONSE_MB, is_this_machine
from tap_pagerduty.records.personal_data import KEEP, OMIT, PSEUDONYMIZE
from tap_pagerduty.records.timestamps import instant, isoformat

# What an id looks like; an empty one would ask for everything, or nothing.
ID = r"^[A-Za-z0-9_-]+$"
# The kinds of credentials, of which one is given; each with the settings that it takes.
CREDENTIALS = (
    ("api_key",),
    ("access_token",),
    ("client_id", "client_secret", "subdomain"),
)

# Characters of the key of pseudonyms: fewer could be guessed.
SHORTEST_KEY = 16

# What all that parse an address understand in the same way. It takes less than is valid: some
# take a backslash for the end of the host, and what is in front of `@` for a user, or for the host.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
    r"(/[A-Za-z0-9._~%+/-]*)?",
    re.IGNORECASE,
)
_NOT_PLAIN = (
    "{} must be a plain address such as https://host:port/path: without a user or password, "
    "query, fragment, blank or backslash."
)
_NOT_ENCRYPTED = "{} must start with https://, or http:// for this machine only."

SETTINGS: dict[str, t.Any] = th.PropertiesList(
    th.Property(
        "api_key",
        th.StringType,
        secret=True,
        title="API key",
        description="REST API key of the account or of a user; a read-only key is enough. One of "
        "`api_key`, `access_token` and `client_id` has to be set, and no more than one.",
    ),
    th.Property(
        "access_token",
        th.StringType,
        secret=True,
        title="Access token",
        description="OAuth access token, used in place of `api_key`; the tap does not renew it.",
    ),
    th.Property(
        "client_id",
        th.StringType,
        title="OAuth client id",
        description="Client id of an OAuth app of the account, used in place of `api_key`: the "
        "tap gets and renews access tokens with it. Needs `client_secret` and `subdomain`.",
    ),
    th.Property(
        "client_secret",
        th.StringType,
        secret=True,
        title="OAuth client secret",
        description="Client secret of the OAuth app; needed with `client_id`.",
    ),
    th.Property(
        "subdomain",
        th.StringType,
        title="Subdomain",
        description="Subdomain of the account that the OAuth app belongs to, needed with "
        "`client_id`: `acme` if the account's web address starts with `acme.`.",
    ),
    th.Property(
        "scopes",
        th.StringType,
        title="OAuth scopes",
        description="OAuth scopes to request with `client_id`, separated by spaces. Default: those "
        "that the selected streams need.",
    ),
    th.Property(
        "oauth_url",
        th.StringType,
        title="OAuth token address",
        description="Address to get access tokens from with `client_id`; https, or http on this "
        "machine. Default: that of PagerDuty.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description=(
            "Start of the first load of the incremental streams, and of each load of the "
            "full-table streams that are read by time range (ISO 8601, UTC unless it has an "
            "offset). Default: one year before the run."
        ),
    ),
    th.Property(
        "anchor_date",
        th.DateTimeType,
        title="Anchor date",
        description="Another name for `start_date`, which other PagerDuty connectors use.",
    ),
    th.Property(
        "end_date",
        th.DateTimeType,
        title="End date",
        description="End of a slice of history that starts at `start_date`, which must be set "
        "as well: streams that are read by time range end here, and `incidents` has those "
        "created in the slice. Default: the time of the run.",
    ),
    th.Property(
        "stream_patterns",
        th.ArrayType(th.StringType(min_length=1)),
        title="Stream patterns",
        description="Streams and fields to load, as patterns like those of Meltano's `select`: "
        "`incident*`, `users.email`, `!*.description`. They win over the catalog. Default: what "
        "the catalog selects.",
    ),
    th.Property(
        "reload_streams",
        th.ArrayType(th.StringType),
        title="Streams to reload",
        description="Names of streams that this run loads again from `start_date`, as if it were "
        "their first; set it for one run only. The bookmarks of other streams stay.",
    ),
    th.Property(
        "team_ids",
        th.ArrayType(th.StringType(pattern=ID)),
        title="Teams",
        description="Ids of teams: streams that PagerDuty can filter by team are limited to "
        "these. Default: all teams.",
    ),
    th.Property(
        "service_ids",
        th.ArrayType(th.StringType(pattern=ID)),
        title="Services",
        description="Ids of services: streams that PagerDuty can filter by service are "
        "limited to these. Default: all services.",
    ),
    th.Property(
        "urgencies",
        th.ArrayType(th.StringType(allowed_values=["high", "low"])),
        title="Urgencies",
        description="Urgencies of incidents, `high` or `low`: streams that PagerDuty can "
        "filter by urgency are limited to these. Default: both.",
    ),
    th.Property(
        "account",
        th.StringType,
        title="Account",
        description="Name for the account, so that several accounts can share tables: each stream "
        "has it in a column `account`, the first of its keys. Default: no such column.",
    ),
    th.Property(
        "region",
        th.StringType,
        default="us",
        allowed_values=sorted(HOSTS, reverse=True),
        title="Service region",
        description="Service region of the account: `us` (api.pagerduty.com) or `eu` "
        "(api.eu.pagerduty.com).",
    ),
    th.Property(
        "api_url",
        th.StringType,
        title="API address",
        description="Base address of the API; https, or http on this machine. Default: that of "
        "the `region`.",
    ),
    th.Property(
        "user_agent",
        th.StringType,
        title="User agent",
        description="`User-Agent` header of the requests. Default: `tap-pagerduty/<version>`.",
    ),
    th.Property(
        "request_timeout_seconds",
        th.IntegerType(minimum=1, maximum=3600),
        default=60,
        title="Request timeout",
        description="Seconds to wait for a response, or for more of it, before the request is "
        "retried. The full response must arrive within `retry_timeout_seconds`, if that is longer.",
    ),
    th.Property(
        "retry_timeout_seconds",
        th.IntegerType(minimum=1, maximum=86_400),
        default=300,
        title="Retry timeout",
        description="Seconds for which a failing request is retried before its stream is given up.",
    ),
    th.Property(
        "max_response_mb",
        th.IntegerType(minimum=1, maximum=100_000),
        default=MAX_RESPONSE_MB,
        title="Largest response",
        description="Megabytes that a response may have, decompressed; the stream of a larger one "
        "is incomplete.",
    ),
    th.Property(
        "max_concurrency",
        th.IntegerType(minimum=1, maximum=CEILING),
        title="Concurrent requests",
        description=f"Largest number of requests in flight at once, 1 to {CEILING}. Default: "
        "as many as the rate limit needs at the latency of the API.",
    ),
    th.Property(
        "requests_per_second",
        th.IntegerType(minimum=1, maximum=100_000),
        title="Requests per second",
        description="Largest number of requests per second, over all streams. Default: what "
        "the rate limit in PagerDuty's responses allows, spread evenly; 5 until they report one.",
    ),
    th.Property(
        "rate_limit_reserve_percent",
        th.IntegerType(minimum=0, maximum=90),
        default=10,
        title="Rate limit reserve",
        description="Percentage of the key's rate limit, 0 to 90, that is left to others who use "
        "the key.",
    ),
    th.Property(
        "incident_lookback_days",
        th.IntegerType(minimum=0, maximum=36_500),
        default=0,
        title="Incident look-back",
        description="Days before the run: incidents created in them are read again on each run, "
        "to catch changes to resolved incidents that PagerDuty does not log.",
    ),
    th.Property(
        "overlap_minutes",
        th.IntegerType(minimum=0, maximum=1440),
        default=15,
        title="Overlap",
        description="Minutes before its bookmark from which an incremental stream is read again, "
        "for records that PagerDuty lists late. Streams with a longer overlap keep it.",
    ),
    th.Property(
        "max_count_requests",
        th.IntegerType(minimum=0),
        default=200,
        title="Count requests",
        description="Largest number of requests that a run sends for `account_counts`; the latest "
        "months come first.",
    ),
    th.Property(
        "strict",
        th.BooleanType,
        default=False,
        title="Strict",
        description="Whether a run fails, after everything else is loaded, if a selected stream "
        "is skipped: for lack of access, or because its quota is used up.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType,
        default=True,
        title="Emit ACTIVATE_VERSION",
        description="Whether to have the target remove rows that are gone from the account, after "
        "a full-table stream was read in full. Has no effect with `account`.",
    ),
    th.Property(
        "personal_data",
        th.StringType(allowed_values=[KEEP, PSEUDONYMIZE, OMIT]),
        default=KEEP,
        title="Personal data",
        description="Names, addresses and phone numbers of persons: `keep` them, `pseudonymize` "
        "them by a keyed hash, so that joins still work, or `omit` them (null).",
    ),
    th.Property(
        "personal_data_key",
        th.StringType,
        secret=True,
        title="Personal data key",
        description="Key of the hash, needed with `personal_data: pseudonymize`: a random text of "
        "at least 16 characters. The same key gives the same pseudonyms.",
    ),
    th.Property(
        "include_secrets",
        th.BooleanType,
        default=False,
        title="Include secrets",
        description="Whether to load integration keys, routing keys, tokens and other secrets "
        "as well.",
    ),
    additional_properties=False,
).to_dict()


def secrets() -> list[str]:
    """Return the names of the settings that no message may repeat, nor a part of them."""
    return [name for name, setting in SETTINGS["properties"].items() if setting.get("secret")]


# Those that no message about a mistake in them repeats: an address may hold a password.
NOT_REPEATED = (*secrets(), "api_url", "oauth_url")


def complete(config: dict[str, t.Any], *, signed_in: bool = True) -> list[str]:
    """Bring CONFIG, valid by the schema, to one form; return what is wrong, a line each.

    Unless SIGNED_IN, it need not hold any credentials.
    """
    errors = _credentials(config, signed_in=signed_in) + _start_date(config)
    errors += _end_date(config)
    if len(set(config.get("urgencies") or ())) > 1:
        del config["urgencies"]  # there are no others: both let everything through
    if not _is_header(config.get("user_agent") or ""):
        errors.append("user_agent holds characters that no header can have.")
    for name in ("api_url", "oauth_url"):
        errors += _address(name, config.get(name) or "")
    key = config.get("personal_data_key") or ""
    if config.get("personal_data") == PSEUDONYMIZE and len(key) < SHORTEST_KEY:
        errors.append(
            "personal_data: pseudonymize needs personal_data_key: a random text of at least "
            f"{SHORTEST_KEY} characters."
        )
    return errors


def _is_header(value: str) -> bool:
    """Return whether a header can have a value: Latin-1 that can be printed, no blank in front."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return value.isprintable() and not value.startswith(" ")


def _credentials(config: dict[str, t.Any], *, signed_in: bool) -> list[str]:
    """See that there are credentials of exactly one kind; remove those that are blank."""
    errors = []
    for name in [*chain.from_iterable(CREDENTIALS), "scopes"]:
        # What comes from files tends to end in a line break.
        if not (value := (config.pop(name, None) or "").strip()):
            continue
        config[name] = value
        if not value.isascii() or not value.isprintable():
            errors.append(f"{name} holds characters that it cannot have.")
        elif name == "subdomain" and not re.fullmatch(r"[A-Za-z0-9-]+", value):
            errors.append("subdomain is what the account's web address starts with, such as acme.")
    # A subdomain alone is none.
    given = [kind for kind in CREDENTIALS if config.keys() & set(kind[:2])]
    if signed_in and not given:
        errors.append(
            "No credentials: set api_key, or access_token, or client_id, client_secret and "
            "subdomain, in the file given with --config, or as TAP_PAGERDUTY_API_KEY and so on "
            "with --config=ENV."
        )
    if len(given) > 1:
        names = " and ".join(kind[0] for kind in given)
        errors.append(f"{names} are set; give one kind of credentials.")
    errors += [
        f"{', '.join(kind[:-1])} and {kind[-1]} go together; missing: {', '.join(missing)}."
        for kind in given
        if (missing := [name for name in kind if name not in config])
    ]
    return errors


def _start_date(config: dict[str, t.Any]) -> list[str]:
    """Set `start_date` by either of its names."""
    errors = []
    starts = set()
    for setting in ("start_date", "anchor_date"):
        value = config.get(setting)
        if value is None:
            continue
        try:
            start = instant(value)
        except ValueError:
            errors.append(f"{setting} {value!r} is not a date; write 2026-01-31T00:00:00Z.")
            continue
        if start > pendulum.now("UTC"):
            errors.append(f"{setting} {value!r} lies in the future.")
        starts.add(start)
        config["start_date"] = isoformat(start)
    if len(starts) > 1:
        errors.append("start_date and anchor_date mean the same, but differ; give one.")
    return errors


def _end_date(config: dict[str, t.Any]) -> list[str]:
    """Bring `end_date` to one form; `start_date` has been."""
    value = config.get("end_date")
    if value is None:
        return []
    try:
        end = instant(value)
    except ValueError:
        return [f"end_date {value!r} is not a date; write 2026-01-31T00:00:00Z."]
    if "start_date" not in config:
        return ["end_date is the end of a slice; give its start_date as well."]
    with suppress(ValueError):  # which has been reported
        if end <= instant(config["start_date"]):
            return [f"end_date {value!r} is not after start_date."]
    config["end_date"] = isoformat(end)
    return []


def _address(name: str, url: str) -> list[str]:
    """Return what is wrong with an address to which a key is sent: it must be encrypted, or local.

    The value may hold a password, and is not repeated.
    """
    if not url:
        return []
    if not re.match("https?://", url, re.IGNORECASE):
        return [_NOT_ENCRYPTED.format(name)]
    if not (found := _ADDRESS.fullmatch(url)) or not _is_port(found["port"]):
        return [_NOT_PLAIN.format(name)]
    if found["scheme"].lower() == "https" or is_this_machine(found["host"].strip("[]").lower()):
        return []
    return [_NOT_ENCRYPTED.format(name)]


def _is_port(port: str | None) -> bool:
    return port is None or 0 < int(port) <= 65535  # noqa: PLR2004, the last one
