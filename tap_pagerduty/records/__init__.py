"""Records: lazy decoding, paths of properties, timestamps, and the writer of messages."""

from __future__ import annotations

import typing as t

# A record as the API sends it, or as the tap emits it: properties by name.
Record = dict[str, t.Any]
