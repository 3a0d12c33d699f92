"""Secrets in records: found by the name of a property, or by the shape of an address.

They are left out unless the setting `include_secrets` is on. The paths that a stream declares
(`PagerDutyStream.secrets`) are for what neither name nor shape can show.
"""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

if t.TYPE_CHECKING:
    from collections.abc import Iterable

# Names that PagerDuty gives to keys by which anyone can send events, and to calendar feeds
# that open without a login; then those that configuration gives to credentials.
_NAME = (
    r"(?:\w*_)?(?:(?:service|integration|routing)_keys?|cal_url"
    r"|(?:api|private|secret|access|signing|encryption)_?keys?|password|passwd|passphrase"
    r"|(?:api|access|auth|bearer|client|oauth|refresh|session|bot)_?token|secret)"
    r"|token|authorization|integration_email"
)
# Names of addresses to which PagerDuty delivers: whoever knows the path can write there.
_DELIVERY_NAMES = frozenset({"endpoint_url", "webhook_url"})
# Where a property is sent as a pair, {"name": "service_key", "value": ...}.
PAIR_VALUES = ("value", "before_value", "old_value", "new_value")
# Hosts (and their subdomains) where the path of an address is the credential.
_CHAT_HOSTS = (
    "hooks.slack.com",
    "discord.com",
    "discordapp.com",
    "webhook.office.com",
    "outlook.office.com",
    "outlook.office365.com",
    "logic.azure.com",
    "chat.googleapis.com",
    "hooks.zapier.com",
    "hook.make.com",
    "maker.ifttt.com",
    "inbots.zoom.us",
    "api.telegram.org",
    "open.feishu.cn",
    "oapi.dingtalk.com",
    "qyapi.weixin.qq.com",
    "events.pagerduty.com",
)
# A part of a path that nobody would type: a token.
_TOKEN = re.compile(r"[A-Za-z0-9]{20,}|(?=[^/]*\d)[A-Za-z0-9_~.-]{20,}")

# What follows the name of a property of an encoded object, if its value is a text without
# escapes, or null.
_PLAIN_VALUE = re.compile(rb'\s*:\s*(?:"[^"\\]*"|null)\s*(?:(,)\s*|(?=\}))')


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Return whether a property of this NAME is a secret: a key, calendar feed or credential."""
    return re.fullmatch(_NAME, name, re.IGNORECASE) is not None


def remove_secrets(value: t.Any, *, carries_events: bool) -> None:  # noqa: ANN401, any JSON value
    """Remove, in place, all that a name or the shape of an address shows to be a secret.

    A record that CARRIES EVENTS has addresses that monitoring tools sent: these stay.
    """
    _remove(value, cut=not carries_events)


def holds_secret(value: t.Any, within: str = "") -> bool:  # noqa: ANN401, any JSON value
    """Return whether `remove_secrets` would take something out of a value but for addresses."""
    if type(value) is list:
        return any(map(holds_secret, value))
    if type(value) is not dict:
        return False
    for name, each in value.items():
        is_nested = type(each) is dict
        if is_secret(name) and not (within == "properties" and is_nested):
            return True
        if (is_nested or type(each) is list) and holds_secret(each, name):
            return True
    return _is_secret_pair(value)


def without_plain_secrets(encoded: bytes, names: Iterable[str]) -> tuple[bytes, int]:
    """Return a JSON text without the properties of these NAMES, and how many there were.

    Only those that are texts without escapes, or null, are found and removed.
    """
    count = 0
    for name in names:
        quoted = b'"%s"' % name.encode()
        at = encoded.find(quoted)
        while at >= 0:
            before = encoded[:at].rstrip()
            value = _PLAIN_VALUE.match(encoded, at + len(quoted))
            # So it is the name of a property: within a text, quotation marks are escaped.
            if value and before.endswith((b"{", b",")):
                count += 1
                is_last = not value[1] and before.endswith(b",")
                encoded = (before[:-1] if is_last else before) + encoded[value.end() :]
                at = encoded.find(quoted, len(before) - is_last)
            else:
                at = encoded.find(quoted, at + 1)
    return encoded, count


def public_part(address: str) -> str:
    """Return a web address without what may be a secret.

    That is user and password, query and fragment, and the path from the first part on that
    looks like a token. Of a chat tool's webhook, only scheme and host remain. What is no
    address with a host comes back empty if it may hold any of that, else as it is.
    """
    try:
        parts = urlsplit(address)
        host = _host(parts.netloc)
    except ValueError:
        return ""
    if not host:
        return "" if {"@", "?", "#"} & {*address} else address
    path = "" if _is_chat(host) else parts.path
    shown: list[str] = []
    for part in path.split("/"):
        if _TOKEN.fullmatch(part):
            break
        shown.append(part)
    return urlunsplit((parts.scheme, host, "/".join(shown), "", ""))


def origin(address: str) -> str:
    """Return scheme and host of a web address; empty if it has no host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, _host(parts.netloc), "", "", "")) if parts.netloc else ""


def shorten_addresses(value: t.Any, path: str) -> None:  # noqa: ANN401, any JSON value
    """Reduce, in place, the addresses at a dotted PATH to their `public_part`."""
    if isinstance(value, list):
        for each in value:
            shorten_addresses(each, path)
    elif isinstance(value, dict):
        name, _, rest = path.partition(".")
        if rest:
            shorten_addresses(value.get(name), rest)
        elif isinstance(value.get(name), str):
            value[name] = public_part(value[name])


def _remove(value: t.Any, *, cut: bool, within: str = "") -> None:  # noqa: ANN401, any JSON value
    """Remove secrets from a list or an object; CUT the addresses in it if so asked."""
    if type(value) is list:
        value[:] = [_cleaned(each, cut=cut) for each in value]
        return
    for name, each in [*value.items()]:
        # In a JSON schema, the name is that of a field, and the value describes it.
        if is_secret(name) and not (within == "properties" and type(each) is dict):
            del value[name]
        elif cut and name in _DELIVERY_NAMES and type(each) is str:
            value[name] = origin(each)
        else:
            value[name] = _cleaned(each, cut=cut, within=name)
    if _is_secret_pair(value):
        for name in PAIR_VALUES:
            value.pop(name, None)


def _is_secret_pair(value: dict[str, t.Any]) -> bool:
    """Return whether an object is a name of a secret with its value."""
    name = value.get("name")
    return type(name) is str and is_secret(name) and any(each in value for each in PAIR_VALUES)


def _cleaned(value: t.Any, *, cut: bool, within: str = "") -> t.Any:  # noqa: ANN401, any JSON value
    """Return a value after `_remove`."""
    if type(value) is dict or type(value) is list:
        _remove(value, cut=cut, within=within)
    elif cut and type(value) is str and "://" in value:
        return _without_credentials(value)
    return value


def _without_credentials(text: str) -> str:
    """Return a web address without user, password and a chat webhook's path; else the text."""
    if not re.match(r"https?://[^\s]+$", text):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    host = _host(parts.netloc)
    if _is_chat(host):
        return origin(text)
    return text if host == parts.netloc else urlunsplit(parts._replace(netloc=host))


def _host(netloc: str) -> str:
    """Return host and port of a NETLOC, without user and password."""
    return netloc.rpartition("@")[2]


def _is_chat(host: str) -> bool:
    name = host.partition(":")[0].lower()
    return any(name == chat or name.endswith(f".{chat}") for chat in _CHAT_HOSTS)
