"""meltano.yml says what the tap says, and the pins fit each other."""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from docs.meltano import ON_REQUEST
from tap_pagerduty.settings import CREDENTIALS
from tap_pagerduty.streams import STREAMS
from tests.support.project import ROOT

PROJECT = yaml.safe_load((ROOT / "meltano.yml").read_text())
EXTRACTOR = PROJECT["plugins"]["extractors"][0]
MELTANO = Path(sys.executable).parent / "meltano"
PINS = sorted((ROOT / "requirements").glob("*.txt"))
HUB = yaml.safe_load((ROOT / "docs" / "meltano-hub.yml").read_text())
SCHEMA = json.loads((files("meltano.schemas") / "meltano.schema.json").read_text())


@pytest.fixture
def about(command):
    return json.loads(command("--about", "--format=json").stdout)


# -- What Meltano is told of the tap. That it is up to date is seen to in test_readme.py.


def test_selection_is_that_of_the_tap():
    default = [stream.name for stream in STREAMS if stream.selected_by_default]
    assert HUB["select"] == [f"{name}.*" for name in default]
    # What `make run` loads; the report needs more than the default.
    loaded = [s.name for s in STREAMS if s.name in {*default, *ON_REQUEST}]
    assert EXTRACTOR["select"] == [f"{name}.*" for name in loaded]


def test_settings_are_those_of_the_tap(about):
    found = {setting["name"]: setting for setting in HUB["settings"]}
    # What is inside an object is written as `object.name`.
    assert {name.partition(".")[0] for name in found} == set(about["settings"]["properties"])
    for setting in EXTRACTOR["settings"]:
        assert found.pop(setting["name"]) == setting
    # What is left is the SDK's, and the same for every tap.
    assert {re.split(r"[._]", name)[0] for name in found} == {
        "stream",
        "faker",
        "flattening",
        "batch",
    }


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("api_key", {"kind": "string", "sensitive": True}),
        ("start_date", {"kind": "date_iso8601"}),
        ("max_concurrency", {"kind": "integer"}),
        ("include_secrets", {"kind": "boolean", "value": False}),
        ("stream_maps", {"kind": "object"}),
        ("faker_config.locale", {"kind": "array"}),
        ("faker_config.seed", {"kind": "string"}),
        (
            "region",
            {
                "kind": "options",
                "value": "us",
                "options": [{"label": "US", "value": "us"}, {"label": "EU", "value": "eu"}],
            },
        ),
    ],
)
def test_a_setting_is_of_the_kind_that_the_tap_takes(name, definition):
    [found] = [dict(setting) for setting in HUB["settings"] if setting["name"] == name]
    description = {key: found.pop(key) for key in ("name", "label", "description")}
    assert all(description.values())
    assert found == definition


def test_groups_of_required_settings_are_those_of_the_tap(about):
    groups = [list(kind) for kind in CREDENTIALS]
    assert EXTRACTOR["settings_group_validation"] == groups
    assert HUB["settings_group_validation"] == [sorted(group) for group in groups]
    assert "required" not in about["settings"]


def test_capabilities_are_those_of_the_tap(about):
    assert EXTRACTOR["capabilities"] == about["capabilities"]
    assert HUB["capabilities"] == sorted(about["capabilities"])


def test_project_is_valid():
    assert not problems(PROJECT)
    assert problems({**PROJECT, "plugins": {"extractors": [{**EXTRACTOR, "capabilities": ["x"]}]}})


def problems(project):
    validator = Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(project)]


def test_definition_for_the_hub_is_one_that_meltano_takes(tmp_path):
    (tmp_path / "meltano.yml").write_text("project_id: tests\nsend_anonymous_usage_stats: false\n")
    definition = ROOT / "docs" / "meltano-hub.yml"
    arguments = "--log-level=warning add tap-pagerduty --plugin-type=extractor --no-install"
    subprocess.run(
        [MELTANO, *arguments.split(), f"--from-ref={definition}"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    [added] = yaml.safe_load((tmp_path / "meltano.yml").read_text())["plugins"]["extractors"]
    assert {"capabilities", "settings", "settings_group_validation"} <= set(added)
    assert added == {key: HUB[key] for key in added}


def test_no_plugin_needs_a_hub():
    plugins = [plugin for kind in PROJECT["plugins"].values() for plugin in kind]
    assert len(plugins) == 6
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
