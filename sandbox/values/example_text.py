"""Names and texts of generated records, with what real ones have: accents, quotes, line breaks."""

from __future__ import annotations

from sandbox.values.names import Texts

# ruff: noqa: RUF001 - dashes and such are what is wanted here

THINGS = (
    "Checkout",
    "Zahlungsverkehr",
    "Search",
    "Données client",
    "Mail relay",
    "Kubernetes",
    "Größenprüfung",
    "Feature flags",
    "データ連携",
    "Billing",
    "Login",
    "CDN “edge”",
    "Резервные копии",
    "Queue 🐇",
    "Metrics",
    "Mobile push",
    "Data lake",
)
_SUFFIXES = ("", " – EU", " (staging)", " v2", " & friends", " / nightly", "'s helper")
TEXTS = (
    "Looks after what nobody else looks after.",
    "First line\nSecond line\twith a tab",
    "Überwacht die Größe – täglich",
    'He said "it works here" \\o/',
    "監視対象の一覧",
    "",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. " * 4,
    "🔥 <b>not html</b> & not an entity: &amp;",
)
TAGS = ("prod", "eu", "tier-1", "größe", "team:core", "beta")


HOSTILE = Texts(THINGS, _SUFFIXES, TEXTS, TAGS, "Größe")


def slug(text: str) -> str:
    """Write a name so that it can stand in an address."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in text.lower())
