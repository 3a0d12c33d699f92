"""Secrets in records: found by the name of a property, or by the shape of an address.

They are left out unless the setting `include_secrets` is on. The paths that a stream declares
(`PagerDutyStream.secrets`) are for what neither name nor shape can show.
"""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

# Names that PagerDuty gives to keys by which anyone can send events, and to calendar feeds
# that open without a login. They are removed at any depth of every record.
_KEYS = r"(?:\w*_)?(?:(?:service|integration|routing)_keys?|cal_url)"
# Names that configuration gives to credentials. They are removed at any depth too, but not
# from incidents and log entries: these carry what monitoring tools wrote into an event.
_CREDENTIALS = (
    r"(?:\w*_)?(?:(?:api|private|secret|access|signing|encryption)_?keys?|password|passwd"
    r"|passphrase|(?:api|access|auth|bearer|client|oauth|refresh|session|bot)_?token|secret)"
    r"|token|authorization|integration_email"
)
# Names of addresses to which PagerDuty delivers: whoever knows the path can write there.
_DELIVERY_NAMES = frozenset({"endpoint_url", "webhook_url"})
# Where a property is sent as a pair, {"name": "service_key", "value": ...}.
_PAIR_VALUES = ("value", "before_value", "old_value", "new_value")
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

IsSecret = t.Callable[[str], bool]


@lru_cache(maxsize=4096)
def is_key(name: str) -> bool:
    """Return whether NAME is one that PagerDuty gives to a key or a calendar feed."""
    return re.fullmatch(_KEYS, name) is not None


@lru_cache(maxsize=4096)
def is_key_or_credential(name: str) -> bool:
    """Return whether NAME is that of a key, a calendar feed or any credential."""
    return re.fullmatch(f"{_KEYS}|{_CREDENTIALS}", name, re.IGNORECASE) is not None


def may_hold_keys(encoded: bytes) -> bool:
    """Return whether a record as JSON may hold a name of which `is_key` is true.

    It finds them all, and a few others, for about a microsecond per kilobyte.
    """
    if b'cal_url"' in encoded:
        return True
    at = encoded.find(b"_key")
    while at >= 0:
        if encoded[max(at - 8, 0) : at] != b"incident" and (
            encoded[max(at - 5, 0) : at] not in {b"dedup", b"alert"}
        ):
            return True
        at = encoded.find(b"_key", at + 4)
    return False


def remove_secrets(value: t.Any, *, carries_events: bool) -> None:  # noqa: ANN401, any JSON value
    """Remove, in place, all that a name or the shape of an address shows to be a secret.

    Of a record that CARRIES EVENTS, only PagerDuty's own keys are removed.
    """
    _remove(value, is_key if carries_events else is_key_or_credential, cut=not carries_events)


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


def _remove(value: t.Any, is_secret: IsSecret, *, cut: bool, within: str = "") -> None:  # noqa: ANN401
    """Remove secrets from a list or an object; CUT the addresses in it if so asked."""
    if type(value) is list:
        value[:] = [_cleaned(each, is_secret, cut=cut) for each in value]
        return
    for name, each in [*value.items()]:
        # In a JSON schema, the name is that of a field, and the value describes it.
        if is_secret(name) and not (within == "properties" and type(each) is dict):
            del value[name]
        elif cut and name in _DELIVERY_NAMES and type(each) is str:
            value[name] = origin(each)
        else:
            value[name] = _cleaned(each, is_secret, cut=cut, within=name)
    if type(pair_name := value.get("name")) is str and is_secret(pair_name):
        for name in _PAIR_VALUES:
            value.pop(name, None)


def _cleaned(value: t.Any, is_secret: IsSecret, *, cut: bool, within: str = "") -> t.Any:  # noqa: ANN401
    """Return a value after `_remove`."""
    if type(value) is dict or type(value) is list:
        _remove(value, is_secret, cut=cut, within=within)
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
