"""The workflows: code that is not pinned can alter nothing that is released or proposed."""

import re
import shlex
import subprocess

import pytest
import yaml

from tests.support.project import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.glob("*.yml")}
JOBS = {
    f"{workflow}/{name}": job
    for workflow, found in WORKFLOWS.items()
    for name, job in found["jobs"].items()
}
# Installs what is newest, or runs it.
UNPINNED = re.compile(r"\bpipx\b|\buvx\b|\bpip install\b(?!.*--require-hashes)|\bnpx\b")


def steps(job, action=""):
    """Return the steps of a job that use an action, or all."""
    return [step for step in JOBS[job].get("steps", ()) if action in step.get("uses", "")]


def commands(job):
    return "\n".join(step["run"] for step in steps(job) if "run" in step)


def tries(job):
    """Return whether a job runs dependencies that nobody has looked at."""
    has_new_pins = job.startswith("pins/") and "make test" in commands(job).splitlines()
    return has_new_pins or UNPINNED.search(commands(job))


def test_some_jobs_try_what_is_new():
    assert {job for job in JOBS if tries(job)} == {"build/try", "pins/test"}


@pytest.mark.parametrize("job", ["build/try", "pins/test"])
def test_a_job_that_tries_what_is_new_uploads_nothing_and_may_write_nothing(job):
    assert steps(job, "actions/download-artifact")
    assert not steps(job, "upload")
    assert "permissions" not in JOBS[job]
    assert WORKFLOWS[job.partition("/")[0]]["permissions"] == {"contents": "read"}
    assert not [step for step in steps(job) if step.get("with", {}).get("persist-credentials")]


def test_what_is_released_is_uploaded_by_a_job_that_only_builds_it():
    assert commands("build/build") == "make dist"
    [upload] = steps("build/build", "actions/upload-artifact")
    assert steps("build/build")[-1] == upload
    assert JOBS["build/build"]["outputs"] == {
        "dist": f"${{{{ steps.{upload['id']}.outputs.artifact-id }}}}"
    }
    [call] = [job for job in JOBS.values() if job.get("uses") == "./.github/workflows/build.yml"]
    assert call == JOBS["release/build"]


def test_new_pins_are_uploaded_before_they_are_tried():
    assert "make test" not in commands("pins/renew")
    assert JOBS["pins/propose"]["needs"] == ["renew", "test"]


@pytest.mark.parametrize("job", [job for job in JOBS if steps(job, "actions/download-artifact")])
def test_artifacts_are_taken_by_their_id(job):
    # One that is deleted and uploaded again, by whatever runs in the same run, has another id.
    for step in steps(job, "actions/download-artifact"):
        ids = step["with"]["artifact-ids"].split(",")
        named = [re.fullmatch(r"\$\{\{ needs\.(\w+)\.outputs\.\w+ \}\}", each) for each in ids]
        assert all(named)
        needs = JOBS[job]["needs"]
        assert {each[1] for each in named} <= set([needs] if isinstance(needs, str) else needs)
        assert not {"name", "pattern"} & step["with"].keys()


def test_a_patch_of_new_pins_changes_what_make_pins_writes_and_no_other_file(tmp_path):
    def git(*arguments):
        return subprocess.check_output(["git", *arguments], cwd=tmp_path, text=True)

    writes = {"requirements/tap.txt", "requirements/site/package-lock.json", "docs/dependencies.md"}
    others = {"docs/release.py", "docs/conf.py", "docs/index.md", "requirements/tap.in", "Makefile"}
    git("init", "--quiet")
    for name in writes | others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before\n")
    git("add", ".")
    for name in writes | others:
        (tmp_path / name).write_text("after\n")
    patch = git("diff", "--binary")
    git("checkout", "--quiet", ".")
    (tmp_path / "pins.patch").write_text(patch)
    script = commands("pins/propose").replace("\\\n", "")
    [line] = [line for line in script.splitlines() if line.startswith("git apply")]
    subprocess.run(shlex.split(line), cwd=tmp_path, check=True)
    assert set(git("diff", "--name-only").split()) == writes
