"""What the examples need around them: a PostgreSQL, an account, the files of a run."""

import pytest

from tests.support.harness import sandbox
from tests.support.scheduled import TARGET, Home
from tests.support.targets import Postgres, executable


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture
def database(postgres):
    return postgres.database()


@pytest.fixture
def box():
    with sandbox() as box:
        yield box


@pytest.fixture
def home(tmp_path, box, database):
    """A run into PostgreSQL."""
    home = Home(tmp_path, box, database.settings)
    (tmp_path / "bin" / "target-postgres").symlink_to(executable("target-postgres"))
    reach = {**database.settings, "database": database.settings["database"]}
    for name in ("host", "port", "user", "password", "database"):
        home.env[f"PG{name.upper()}"] = str(reach[name])
    return home


@pytest.fixture
def light(tmp_path, box):
    """A run into a target that keeps nothing but the state."""
    home = Home(tmp_path, box, {})
    home.add("target-postgres", TARGET)
    return home
