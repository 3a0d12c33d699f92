"""meltano.yml says what the tap says, and the pins fit each other."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tap_pagerduty.settings import CREDENTIALS
from tap_pagerduty.streams import STREAMS

ROOT = Path(__file__).parent.parent
PROJECT = yaml.safe_load((ROOT / "meltano.yml").read_text())
EXTRACTOR = PROJECT["plugins"]["extractors"][0]
PINS = sorted((ROOT / "requirements").glob("*.txt"))
# What the SDK adds to the settings of every tap; Meltano knows how to pass them on.
BUILT_IN = re.compile(r"stream_map|faker_config|flattening_|batch_config")
KINDS = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean"}


@pytest.fixture
def about(command):
    return json.loads(command("--about", "--format=json").stdout)


def kind(setting):
    """Return Meltano's kind of a setting of the tap."""
    if setting.get("format") == "date-time":
        return "date_iso8601"
    if "enum" in setting:
        return "options"
    return KINDS[next(name for name in setting["type"] if name != "null")]


def test_selection_is_that_of_the_tap():
    default = [stream.name for stream in STREAMS if stream.selected_by_default]
    assert EXTRACTOR["select"] == [f"{name}.*" for name in default]


def test_settings_are_those_of_the_tap(about):
    expected = {
        name: {
            "label": setting["title"],
            "kind": kind(setting),
            "description": setting["description"],
            "sensitive": setting.get("secret", False),
            "value": setting.get("default"),
            "options": setting.get("enum"),
        }
        for name, setting in about["settings"]["properties"].items()
        if not BUILT_IN.match(name)
    }
    found = {
        setting["name"]: {
            "label": setting["label"],
            "kind": setting["kind"],
            "description": setting["description"].strip(),
            "sensitive": setting.get("sensitive", False),
            "value": setting.get("value"),
            "options": setting.get("options")
            and [option["value"] for option in setting["options"]],
        }
        for setting in EXTRACTOR["settings"]
    }
    assert found == expected


def test_groups_of_required_settings_are_those_of_the_tap(about):
    assert EXTRACTOR["settings_group_validation"] == [list(kind) for kind in CREDENTIALS]
    assert "required" not in about["settings"]


def test_capabilities_are_those_of_the_tap(about):
    assert EXTRACTOR["capabilities"] == about["capabilities"]


def test_no_plugin_needs_a_hub():
    plugins = [plugin for kind in PROJECT["plugins"].values() for plugin in kind]
    assert len(plugins) == 4
    for plugin in plugins:
        # With a namespace the definition is complete; with pins it stays what it is.
        assert plugin["namespace"] == plugin["name"].replace("-", "_")
        assert "requirements/" in plugin["pip_url"]


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_pins_have_hashes_and_no_addresses(path):
    text = path.read_text()
    assert "://" not in text
    pins = re.split(r"\n(?=\w)", text)
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_one_distribution_brings_backoff(path):
    # `backoff` and `python-backoff` install the same module, one over the other.
    found = re.findall(r"^(?:python-)?backoff==", path.read_text(), re.MULTILINE)
    assert len(found) <= 1


def test_uv_is_the_one_that_meltano_has():
    pins = [(ROOT / "requirements" / f"{name}.txt").read_text() for name in ("uv", "environment")]
    assert len({re.search(r"^uv==(\S+)", text, re.MULTILINE)[1] for text in pins}) == 1
