"""The recipes of docs/recipes.md: read from there, wherever they are run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "recipes.md"

_RECIPE = re.compile(
    r"^## (?P<title>.+)\n(?P<text>(?:(?!## |```).*\n)+?)"
    r"Models: (?P<models>.+)\. Streams: (?P<streams>.+)\.\n\n"
    r"```sql\n(?P<sql>[^`]+);\n```$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Recipe:
    """A question, and the SQL that answers it."""

    title: str
    # What it answers and how its figures are defined, as Markdown.
    text: str
    # The models that it takes, and the streams that fill these.
    models: tuple[str, ...]
    streams: tuple[str, ...]
    sql: str


@cache
def recipes() -> dict[str, Recipe]:
    """Return the recipes by their titles, in the order of the document."""
    found = _RECIPE.finditer(DOCUMENT.read_text(encoding="utf-8"))
    return {
        each["title"]: Recipe(
            title=each["title"],
            text=each["text"].strip(),
            models=tuple(re.findall(r"`(\w+)`", each["models"])),
            streams=tuple(re.findall(r"`(\w+)`", each["streams"])),
            sql=each["sql"],
        )
        for each in found
    }
