"""The tap as Meltano knows it: in meltano.yml, in the quick start, and for Meltano's Hub.

All say what `tap-pagerduty --about` says. `python -m docs.generate` writes them.
"""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from pathlib import Path

import yaml
from click.testing import CliRunner

from tap_pagerduty.settings import CREDENTIALS
from tap_pagerduty.streams import STREAMS
from tap_pagerduty.tap import TapPagerDuty

if t.TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "meltano.yml"
HUB = ROOT / "docs" / "meltano-hub.yml"
QUICK_START = ROOT / "docs" / "quick-start.md"
CODE_OWNERS = ROOT / ".github" / "CODEOWNERS"

# Not selected by default, but needed by the report: our own project selects these too.
ON_REQUEST = ("oncall_shifts",)

# What the SDK adds to the settings of every tap. Meltano passes them on without a definition.
BUILT_IN = ("stream_map", "faker_config", "flattening_", "batch_config")

KINDS = {"number": "decimal"}  # the others have the same name in a JSON schema and in Meltano


def documents() -> dict[Path, str]:
    """Return the files that are written from the code, and their text."""
    known = about()
    return {
        PROJECT: project(PROJECT.read_text(encoding="utf-8"), known),
        QUICK_START: quick_start(QUICK_START.read_text(encoding="utf-8"), known),
        HUB: hub(known),
    }


def about() -> dict[str, t.Any]:
    """Return what the tap says of itself."""
    printed = CliRunner().invoke(TapPagerDuty.cli, ["--about", "--format=json"]).stdout
    return t.cast("dict[str, t.Any]", json.loads(printed))


def project(text: str, known: dict[str, t.Any]) -> str:
    """Return the TEXT of meltano.yml with the tap's block as the code has it now."""
    own = [each for each in settings(known) if not each["name"].startswith(BUILT_IN)]
    block = _yaml(
        {
            "capabilities": known["capabilities"],
            "settings_group_validation": groups(),
            "settings": own,
            "select": select(ON_REQUEST),
        }
    )
    return _filled(text, "about", block)


def quick_start(text: str, known: dict[str, t.Any]) -> str:
    """Return the TEXT of the quick start with all settings in its project, a line each."""
    lines = []
    for each in settings(known):
        if not each["name"].startswith(BUILT_IN):
            found = {
                key: each[key] for key in ("name", "kind", "value", "sensitive") if key in each
            }
            # Options need a list of labels; a text will do.
            found["kind"] = "string" if found["kind"] == "options" else found["kind"]
            lines.append("- " + yaml.safe_dump(found, default_flow_style=True, sort_keys=False))
    return _filled(text, "settings", "".join(lines))


def _filled(text: str, name: str, block: str) -> str:
    """Return the TEXT of YAML with a BLOCK, indented, between the two comments of this NAME."""
    begin, end = f"    # <{name}>", f"    # </{name}>"
    between = re.compile(f"(?<={begin}).*?(?={end})", re.DOTALL)
    if not between.search(text):
        msg = f"a document has no {begin.strip()} … {end.strip()}"
        raise SystemExit(msg)
    return between.sub(lambda _: "\n" + textwrap.indent(block, " " * 4), text)


def hub(known: dict[str, t.Any]) -> str:
    """Return the definition for the Hub, in its order: by name, everywhere."""
    repository = f"https://github.com/{owner()}/{known['name']}"
    definition = {
        "capabilities": sorted(known["capabilities"]),
        "description": "Incident response and on-call management",
        "domain_url": "https://developer.pagerduty.com/docs/rest-api-overview",
        "executable": known["name"],
        "keywords": ["api", "meltano_sdk"],
        "label": "PagerDuty",
        "logo_url": "/assets/logos/extractors/pagerduty.png",
        "maintenance_status": "beta",
        "name": known["name"],
        "namespace": known["name"].replace("-", "_"),
        "pip_url": f"git+{repository}.git",
        # What the Hub gives to any tap that is built with the SDK, while few use it.
        "quality": "silver",
        "repo": repository,
        "select": select(),
        "settings": sorted(settings(known), key=lambda setting: setting["name"]),
        "settings_group_validation": [sorted(group) for group in groups()],
        "supported_python_versions": known["supported_python_versions"],
        "variant": owner().lower(),
    }
    return _yaml(definition, sort_keys=True)


def owner() -> str:
    """Return the account on GitHub that the repository belongs to: that of the code owners."""
    found = re.search(r"^\* +@([\w-]+)", CODE_OWNERS.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        msg = "CODEOWNERS names no owner of everything: * @…"
        raise SystemExit(msg)
    return found[1]


def select(more: tuple[str, ...] = ()) -> list[str]:
    """Return the rules that select the streams which are selected by default, and MORE."""
    sheets = {stream.name: stream for stream in STREAMS}  # type: ignore[misc]
    chosen = (name for name, each in sheets.items() if each.selected_by_default or name in more)
    return [f"{name}.*" for name in chosen]


def groups() -> list[list[str]]:
    """Return the sets of settings of which one has to be complete."""
    return [list(kind) for kind in CREDENTIALS]


def settings(known: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return the definitions of the settings, in the tap's order."""
    return [_setting(*each) for each in _flat(known["settings"])]


def _flat(schema: dict[str, t.Any], prefix: str = "") -> Iterator[tuple[str, dict[str, t.Any]]]:
    """Yield names and schemas; Meltano writes what is inside an object as `object.name`."""
    for key, setting in schema["properties"].items():
        name = prefix + key
        # Names of streams are the keys of a stream map: it is an object as it is.
        if setting.get("properties") and name != "stream_maps":
            yield from _flat(setting, f"{name}.")
        else:
            yield name, setting


def _setting(name: str, schema: dict[str, t.Any]) -> dict[str, t.Any]:
    definition = {"name": name, "label": schema["title"], "kind": _kind(schema)}
    if schema.get("default") is not None:
        definition["value"] = schema["default"]
    if "enum" in schema:
        definition["options"] = [
            {"label": value.upper(), "value": value} for value in schema["enum"] if value
        ]
    if schema.get("secret"):
        definition["sensitive"] = True
    return {**definition, "description": schema["description"]}


def _kind(schema: dict[str, t.Any]) -> str:
    """Return Meltano's name of the type, the widest of what a setting may be."""
    if schema.get("format") == "date-time":
        return "date_iso8601"
    if "enum" in schema:
        return "options"
    types = {kind for part in schema.get("oneOf", [schema]) for kind in _types(part)} - {"null"}
    [kind] = types if len(types) == 1 else types & {"array"} or {"string"}
    return KINDS.get(kind, kind)


def _types(schema: dict[str, t.Any]) -> list[str]:
    return [schema["type"]] if isinstance(schema["type"], str) else schema["type"]


def _yaml(content: object, *, sort_keys: bool = False) -> str:
    text: str = yaml.safe_dump(content, sort_keys=sort_keys, allow_unicode=True, width=88)
    return text
