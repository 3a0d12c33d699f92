"""The files and the environment of the commands in examples/, as a scheduler would give them."""

import json
import os
import subprocess

from demo.postgres import programs
from tests.support.harness import COMMAND, catalog, settings_of
from tests.support.project import ROOT

EXAMPLES = ROOT / "examples"
STREAMS = ("incidents", "log_entries", "users", "services", "escalation_policies")
# Of a target that keeps nothing: as those of the SDK do, it prints the state at the end of its
# input, or, if there is a file `eager`, each as it comes.
TARGET = """#!/bin/bash
eager() { [ -e "$PAGERDUTY_HOME/eager" ] && echo "$state"; }
while IFS= read -r line; do
  case $line in *'"type":"STATE"'*) state=${line#*'"value":'} state=${state%'}'}; eager ;; esac
done
[ -z "$state" ] || echo "$state"
"""


class Home:
    """The directory of a run, its environment, and the account that it reads."""

    def __init__(self, place, box, target):
        self.place = place
        self.state = place / "state.json"
        self.configure(box)
        (place / "target.json").write_text(json.dumps(target))
        (place / "catalog.json").write_text(json.dumps(catalog(STREAMS)))
        (place / "bin").mkdir()
        for name in ("load.sh", "check.sh", "check.sql"):
            (place / "bin" / name).symlink_to(EXAMPLES / name)
        (place / "bin" / "tap-pagerduty").symlink_to(COMMAND[0])
        (place / "bin" / "psql").symlink_to(programs() / "psql")
        self.env = {
            "HOME": str(place),
            "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
            "PAGERDUTY_HOME": str(place),
            "TARGET_POSTGRES_LOGLEVEL": "WARNING",
        }

    def configure(self, box, **settings):
        config = settings_of(box, **settings)
        (self.place / "config.json").write_text(json.dumps(config))

    def add(self, name, script):
        """Put a program on the PATH."""
        path = self.place / "bin" / name
        path.write_text(script)
        path.chmod(0o755)

    def start(self, *command):
        return subprocess.Popen(
            command or ["load.sh"],
            env=self.env,
            cwd=self.place,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command, patience=60):
        """Return the exit status of a command, and what it printed."""
        with self.start(*command) as process:
            try:
                printed, _ = process.communicate(timeout=patience)
            finally:
                process.kill()
        return process.returncode, printed

    def printed(self):
        """Return what the target has printed."""
        return (self.place / "states.jsonl").read_text()

    def bookmark(self, stream="log_entries"):
        """Return up to when a stream has been read, by the state."""
        bookmark = json.loads(self.state.read_text())["bookmarks"].get(stream, {})
        # Of incidents the replication key is the position in the feed of changes.
        return bookmark.get("created_until") or bookmark.get("replication_key_value")
