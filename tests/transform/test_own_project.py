"""A project of one's own uses the dbt package, as docs/dbt.md says."""

import re
import shutil
import subprocess
import sys

import pytest
import yaml

from docs.dbt_package import PACKAGE
from tests.docs.test_readme import document
from tests.support.transform import dbt

BLOCKS = re.findall(r"^```yaml\n(.*?)^```", document("docs/dbt.md"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def project(tmp_path):
    """A dbt project that has the package from git, as the page says, and a model of its own."""
    repository = tmp_path / "repository"
    shutil.copytree(PACKAGE, repository / "transform", ignore=shutil.ignore_patterns("target"))
    git = ("git", "-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.com")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "begun")):
        subprocess.run([*git, *arguments], check=True)
    packages, variables = BLOCKS
    address = f"file://{repository}"
    folder = tmp_path / "own"
    (folder / "models").mkdir(parents=True)
    packages = packages.replace("<address of this repository>", address)
    (folder / "packages.yml").write_text(packages)
    own = {"name": "own", "version": "1.0.0", "profile": "own", "flags": {"use_colors": False}}
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(own) + variables)
    outputs = {"dev": {"type": "duckdb", "path": str(tmp_path / "own.duckdb"), "schema": "mine"}}
    (folder / "profiles.yml").write_text(
        yaml.safe_dump({"own": {"target": "dev", "outputs": outputs}})
    )
    (folder / "models" / "open_incidents.sql").write_text(
        "select count(*) as many from {{ ref('pagerduty__incidents') }} where is_open"
    )
    return folder


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there is no DuckDB for it")
def test_a_project_of_ones_own_builds_the_models_whatever_is_loaded(project):
    import duckdb  # noqa: PLC0415, see above

    file = str(project.parent / "own.duckdb")
    [schema] = yaml.safe_load(BLOCKS[1])["vars"]["pagerduty"].values()
    with duckdb.connect(file) as connection:
        # A single table, of which most columns were not selected.
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(
            f"CREATE TABLE {schema}.incidents AS SELECT 'Q1' AS id, 'triggered' AS status, "
            "TIMESTAMP '2026-01-01 00:00:00' AS created_at"
        )
    place = ["--project-dir", project, "--profiles-dir", project]
    dbt(project / "target", "deps", *place)
    # As on the page, and the project's own model; tests run in test_package.py.
    models = ["--select", "package:pagerduty", "open_incidents"]
    without = ["--exclude-resource-type", "test", "unit_test"]
    dbt(project / "target", "build", *models, *without, *place, "--threads", "4")
    with duckdb.connect(file, read_only=True) as connection:
        assert connection.execute("SELECT many FROM mine.open_incidents").fetchall() == [(1,)]
        empty = "SELECT count(*) FROM mine.pagerduty__interruptions"
        assert connection.execute(empty).fetchall() == [(0,)]
