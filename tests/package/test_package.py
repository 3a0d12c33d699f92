"""What is built, released and installed: the package by itself."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from docs import dependencies, release
from tap_pagerduty.streams import STREAMS
from tests.support.project import ROOT

UV = Path(sys.executable).parent / "uv"
PINS = ROOT / "requirements" / "tap.txt"
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
VERSION = re.search(r'^version = "(.+)"$', PROJECT, re.MULTILINE)[1]


def run(*command, **options):
    return subprocess.check_output([str(word) for word in command], text=True, **options)


# -- Wheel and sdist


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel that is built from the sdist, which lies beside it."""
    folder = tmp_path_factory.mktemp("dist")
    constraints = ROOT / "requirements" / "build.txt"
    options = ["--quiet", "--require-hashes", "--build-constraints", constraints]
    run(UV, "build", *options, "--out-dir", folder, ROOT)
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_tap_and_nothing_else(wheel):
    assert wheel.name == f"tap_pagerduty-{VERSION}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    information = {name for name in names if ".dist-info/" in name}
    assert f"tap_pagerduty-{VERSION}.dist-info/licenses/LICENSE" in information
    source = (path for path in (ROOT / "tap_pagerduty").rglob("*.*") if path.suffix != ".pyc")
    assert names - information == {path.relative_to(ROOT).as_posix() for path in source}


def test_the_sdist_holds_what_the_wheel_is_made_from(wheel):
    [sdist] = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in names if not name.startswith("tap_pagerduty/")} == {
        ".gitignore",  # by the build backend's own rule
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "pyproject.toml",
    }


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the folder of the commands of an environment that holds the wheel alone."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, "--constraints", PINS, wheel)
    return python.parent


def test_the_wheel_works_where_nothing_else_is(installed, tmp_path):
    def tap(*options):
        return run(installed / "tap-pagerduty", *options, cwd=tmp_path, stderr=subprocess.DEVNULL)

    assert tap("--version").startswith(f"tap-pagerduty v{VERSION},")
    assert json.loads(tap("--about", "--format=json"))["version"] == VERSION
    streams = json.loads(tap("--discover"))["streams"]
    assert len(streams) == len(STREAMS)


def test_the_wheel_runs_without_being_installed(wheel, tmp_path):
    options = ["--quiet", "--isolated", "--python", sys.executable, "--constraints", PINS]
    command = ["tap-pagerduty", "--version"]
    printed = run(UV, "tool", "run", *options, "--from", wheel, *command, cwd=tmp_path)
    assert printed.startswith(f"tap-pagerduty v{VERSION},")


def test_programs_that_import_it_see_its_types(installed, tmp_path):
    (tmp_path / "consumer.py").write_text(
        "from tap_pagerduty.records.timestamps import isoformat\n\nreveal_type(isoformat)\n"
    )
    mypy = [sys.executable, "-m", "mypy", "--follow-imports=silent"]
    printed = run(*mypy, "--python-executable", installed / "python", "consumer.py", cwd=tmp_path)
    assert 'Revealed type is "def (instant: datetime.datetime) -> ' in printed


# -- What comes with it


def test_page_of_dependencies_is_up_to_date():
    text = dependencies.PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)[2:]
    assert [row[:2] for row in rows] == dependencies.pinned(PINS.read_text(encoding="utf-8"))
    assert text == dependencies.page(rows)


@pytest.mark.parametrize("name", ["attrs", "certifi", "pyyaml", "requests", "singer-sdk"])
def test_page_of_dependencies_tells_the_licence(name):
    text = dependencies.PAGE.read_text(encoding="utf-8")
    found = distribution(name)
    assert f"| {name} | {found.version} | {dependencies.licence(found)} |" in text


# -- Releases


CHANGELOG = (
    "# Changelog\n\n## [1.2.0] - 2026-12-01\n\n- New.\n\n## [1.1.0] - 2026-11-01\n\n- Old.\n"
)


def test_notes_of_a_release_are_its_section_of_the_changelog():
    assert release.notes("v1.2.0", 'version = "1.2.0"\n', CHANGELOG) == "- New."
    assert release.notes("v1.1.0", 'version = "1.1.0"\n', CHANGELOG) == "- Old."


@pytest.mark.parametrize(
    ("tag", "version", "reason"),
    [
        ("v1.2.0", "1.1.0", "the tag is v1.2.0, and the version in pyproject.toml 1.1.0"),
        ("v1.3.0", "1.3.0", "CHANGELOG.md has no section ## [1.3.0] with a date"),
    ],
)
def test_a_tag_that_does_not_fit_makes_no_release(tag, version, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        release.notes(tag, f'version = "{version}"\n', CHANGELOG)


def test_version_has_a_section_in_the_changelog():
    assert f"\n## [{VERSION}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
