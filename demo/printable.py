"""Text from an account, made safe to print.

Names and messages may hold what a terminal acts on (escape sequences, bidirectional controls), what
forges a line (line breaks), and what no XML, so no chart, may hold. All that the demo prints goes
through here.
"""

from __future__ import annotations

import re

# Control characters, line and paragraph separators, bidirectional controls, halves of surrogate
# pairs, and the two noncharacters that XML excludes.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """Return a text as one line: a space for each line break or tab, U+FFFD for what is unsafe."""
    return _UNSAFE.sub(lambda found: " " if found[0].isspace() else "\ufffd", text)
