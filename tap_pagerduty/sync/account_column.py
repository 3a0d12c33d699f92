"""The column `account`, which the setting of that name adds to each stream."""

from __future__ import annotations

import typing as t

from singer_sdk.singerlib import Schema

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from singer_sdk.singerlib.catalog import CatalogEntry

# It is the first of the keys.
ACCOUNT = {"account": {"type": ["string"], "description": "The setting `account` of the run."}}


def with_account(
    schema: dict[str, t.Any], keys: Sequence[str]
) -> tuple[dict[str, t.Any], tuple[str, ...]]:
    """Return the SCHEMA and the KEYS of a stream with the column."""
    return {**schema, "properties": {**ACCOUNT, **schema["properties"]}}, (*ACCOUNT, *keys)


def fit_to_account(entry: CatalogEntry, account: str) -> None:
    """Give a catalog's ENTRY the column, or take it away if ACCOUNT is empty.

    The catalog may be older than the setting; its keys would lose rows, or be null.
    """
    columns = ACCOUNT if account else {}
    keys = [name for name in entry.key_properties or () if name not in ACCOUNT]
    properties = entry.schema.properties or {}
    entry.key_properties = keys and [*columns, *keys]
    entry.schema.properties = {
        **{name: Schema.from_dict(column) for name, column in columns.items()},
        **{name: column for name, column in properties.items() if name not in ACCOUNT},
    }
