"""Types of decoded JSON."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
Record: TypeAlias = dict[str, Any]
