"""Every command of the documents runs as it stands there.

What differs (`…`, an address) is filled in. What would take long, or needs somebody's account, is
done by a stand-in on the PATH, which holds the command against the real one.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from demo.postgres import programs
from tests.docs.test_readme import DOCUMENTS, document
from tests.support import harness
from tests.support.project import ROOT

BIN = Path(sys.executable).parent
# Those of the example are run by test_backfill_example.py.
BLOCKS = [
    (name, block)
    for name in DOCUMENTS
    if not name.startswith("examples/")
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", document(name), re.DOTALL | re.MULTILINE)
]
# Seconds after which a command that does not end is a failed test.
PATIENCE = 60

# What `meltano init` writes.
MELTANO = "default_environment: dev\nenvironments:\n- name: dev\n"

# The programs of PostgreSQL only look whether the real ones know their options.
KNOWS = """
real=$POSTGRES/$(basename "$0")
for word
do
  case $word in
  --file=*.sql) test -s "${word#*=}" ;;
  --*) "$real" --help | grep -q -- "${word%%=*}[= ]" ;;
  esac || exit 1
done"""

# `make` tells what it would do. `python` renews no document, and stops a sandbox that serves.
# `git` works on a repository of its own. `meltano` installs nothing and explains a run. The
# target stores nothing, and prints each state, as a target does. `kubectl` looks for the files.
# What `dbt` does is tried in tests/transform. `pkill` would stop the taps of other tests: its
# pattern is compared with the command by which Meltano runs the tap.
STAND_INS = {
    "make": 'exec "$MAKE" --dry-run -C "$ROOT" "$@"',
    "python": """
case "$*" in
"-m docs.generate") exec "$PYTHON" "$@" --check ;;
"-m sandbox "*)
  "$PYTHON" -u "$@" --port 0 > "$HOME/sandbox" & until grep -q http "$HOME/sandbox"
  do kill -0 $! || exit 1; sleep 0.1; done; kill $! ;;
"-m pytest "*) cd "$ROOT" && exec "$PYTHON" "$@" --collect-only ;;
*) exec "$PYTHON" "$@" ;;
esac""",
    "git": """
set -e
PATH=${PATH#*:}
if ! test -d .git
then
  git init -q && git init -q --bare origin.git && git remote add origin origin.git
  git config user.name Somebody && git config user.email somebody@example.com
  git commit -q --allow-empty --message begun
fi
exec git "$@"
""",
    "meltano": r"""
case $1 in
install) ;;
run) shift; exec "$MELTANO" run --dry-run "$@" ;;
schedule)
  [ "$2" = run ] || exec "$MELTANO" "$@"
  exec grep -q "name: $3\$" "$ROOT/examples/meltano/schedules.yml" ;;
state) "$MELTANO" state set --force "$3" '{"singer_state": {}}' && echo y | "$MELTANO" "$@" ;;
*) exec "$MELTANO" "$@" ;;
esac""",
    "dbt": 'case "$*" in deps | "build --select package:pagerduty") ;; *) exit 1 ;; esac',
    "kubectl": """
for word
do
  case $word in
  --from-file=*) test -s "${word#*=}" || exit 1 ;;
  *.yaml) test -s "$word" || exit 1 ;;
  esac
done""",
    "pkill": """
test "$1 $2" = "-TERM --full" || exit 1
grep --quiet "$3" <<< ".meltano/extractors/tap-pagerduty/venv/bin/tap-pagerduty --config x.json"
""",
    **dict.fromkeys(("psql", "pg_dump", "pg_restore"), KNOWS),
    "target-postgres": """
test "$1" = --config && test -s "$2" || exit 1
exec "$PYTHON" -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "STATE":
        print(json.dumps(message["value"]), flush=True)'
""",
}


@pytest.fixture(scope="module")
def box():
    with harness.sandbox(incidents=5, days=10) as box:
        yield box


@pytest.fixture
def home(box, tmp_path):
    """A directory with all that the commands of the quick start take for given."""
    for name, script in STAND_INS.items():
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    page = document("docs/quick-start.md")
    [project] = re.findall(r"^```yaml\n(plugins:.*?)^```", page, re.DOTALL | re.MULTILINE)
    entries = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
    [accounts] = entries.findall(document("docs/accounts.md"))
    project = project.replace("  loaders:\n", f"{textwrap.indent(accounts, '  ')}  loaders:\n")
    own = yaml.safe_load(document("meltano.yml"))["plugins"]["utilities"]
    project += textwrap.indent(yaml.safe_dump({"utilities": own}), "  ")
    (tmp_path / "meltano.yml").write_text(f"{MELTANO}{project}", encoding="utf-8")
    blocks = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    [config] = [block for block in blocks if "start_date" in block]
    config = json.loads(config.replace("…", box.api_key))
    (tmp_path / "config.json").write_text(json.dumps({**config, "api_url": box.url}))
    (tmp_path / "target.json").write_text("{}\n")
    (tmp_path / "state.json").write_text("{}\n")
    (tmp_path / "catalog.json").write_text(json.dumps(harness.catalog(("users", "incidents"))))
    return tmp_path


@pytest.mark.parametrize(
    "block", [pytest.param(block, id=f"{name}-{block.strip()[:40]}") for name, block in BLOCKS]
)
def test_commands_run_as_they_stand(box, home, block):
    block = block.replace("…", box.api_key).replace("http://127.0.0.1:8080", box.url)
    environment = {
        **{
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("TAP_", "TARGET_"))
        },
        "PATH": f"{home / 'bin'}:{BIN}:{os.environ['PATH']}",
        "HOME": str(home),
        "ROOT": str(ROOT),
        "PYTHONPATH": str(ROOT),
        "PYTHON": sys.executable,
        "MAKE": shutil.which("make"),
        "MELTANO": str(BIN / "meltano"),
        "POSTGRES": str(programs()),
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "TAP_PAGERDUTY_API_KEY": box.api_key,
        "TAP_PAGERDUTY_API_URL": box.url,
    }
    run = subprocess.run(
        ["bash", "-e", "-c", block],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout


def test_the_pipe_of_the_quick_start_keeps_the_last_state(box, home):
    [pipe] = [block for name, block in BLOCKS if "quick" in name and "pipefail" in block]
    test_commands_run_as_they_stand(box, home, pipe)
    state = json.loads((home / "state.json").read_text(encoding="utf-8"))
    assert state == json.loads((home / "states.jsonl").read_text().splitlines()[-1])
    assert state["bookmarks"]["incidents"]["replication_key_value"] == harness.NOW


def test_the_project_of_the_quick_start_has_the_plugins_of_the_checkout():
    [project] = re.findall(
        r"^```yaml\n(plugins:.*?)^```", document("docs/quick-start.md"), re.DOTALL | re.MULTILINE
    )
    ours = yaml.safe_load(document("meltano.yml"))["plugins"]
    for kind, plugins in yaml.safe_load(project)["plugins"].items():
        for plugin in plugins:
            [original] = [each for each in ours[kind] if each["name"] == plugin["name"]]
            known = {setting["name"]: setting for setting in original["settings"]}
            assert plugin["namespace"] == original["namespace"]
            assert sorted(plugin.get("capabilities", [])) == sorted(
                original.get("capabilities", [])
            )
            for setting in plugin["settings"]:
                assert setting["kind"] in (known[setting["name"]]["kind"], "string")
            # Meltano silently ignores a variable whose setting is not declared.
            if kind == "extractors":
                assert {each["name"] for each in plugin["settings"]} == set(known)
