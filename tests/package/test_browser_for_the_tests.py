"""`make test` changes nothing of the machine that nobody asked it for."""

import shutil
import subprocess

import pytest

from tests.support.browser import start
from tests.support.project import ROOT

PATIENCE = 30


@pytest.fixture
def browser(tmp_path):
    """Run `make browser` where there is apt-get, and no Chromium; return what it said and ran."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "make"):
        (programs / name).symlink_to(shutil.which(name))

    def script(name, line):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)

    def browser(user, **env):
        script("id", f"echo {user}")
        script("apt-get", f"echo \"$@\" >> '{tmp_path / 'ran'}'")
        said = subprocess.check_output(
            ["make", "--file", ROOT / "Makefile", "browser"],
            cwd=tmp_path,
            env={"PATH": str(programs), **env},
            text=True,
            timeout=PATIENCE,
        )
        ran = tmp_path / "ran"
        return said, ran.read_text().splitlines() if ran.exists() else []

    return browser


PACKAGES = "--no-install-recommends chromium chromium-driver fonts-dejavu-core"


@pytest.mark.parametrize(
    ("user", "env"), [(0, {}), (0, {"CI": ""}), (1000, {}), (1000, {"CI": "1"})]
)
def test_chromium_is_not_installed_unasked(browser, user, env):
    said, ran = browser(user, **env)
    assert not ran
    assert said.splitlines()[-1] == f"  apt-get install {PACKAGES}"


def test_root_installs_chromium_where_ci_is_set(browser):
    _, ran = browser(0, CI="true")
    assert ran == ["-qq update", f"-qq install {PACKAGES}"]


def test_nothing_is_said_where_it_is_there(browser, tmp_path):
    driver = tmp_path / "bin" / "chromedriver"
    driver.touch(0o755)
    assert browser(0) == browser(0, CI="true") == ("", [])


def test_without_a_browser_the_tests_are_skipped_unless_ci_is_set(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        start(tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="not installed"):
        start(tmp_path)
