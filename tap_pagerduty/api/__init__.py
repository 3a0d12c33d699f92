"""The API: one request becomes one response; knows nothing of streams."""

from __future__ import annotations

import typing as t

# What a response's JSON object holds, decoded.
Body = dict[str, t.Any]
