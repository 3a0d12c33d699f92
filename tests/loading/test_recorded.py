"""Answers that real accounts gave, where they are present: nothing is lost, mistyped or secret."""

import subprocess
import sys

import pytest

from tests.support.harness import COMMAND
from tests.support.project import ROOT

CHECK = ROOT.parent / "shared" / "recorded" / "check.py"

pytestmark = pytest.mark.skipif(not CHECK.exists(), reason="the recorded answers are not here")


@pytest.mark.parametrize("variant", ["none", "pretty"])
def test_recorded_answers_come_through_whole(variant):
    command = [sys.executable, str(CHECK), "--tap", COMMAND[0], "--variant", variant]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout
    assert "0 type mismatches; 0 secrets out; undeclared 0 columns" in run.stdout
