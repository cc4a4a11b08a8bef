"""The PostgreSQL out of a wheel: started twice it is one, and what it holds is kept."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core import embedded

PID = "postmaster.pid"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a space in its name, in one that a server of another user may reach."""
    made = tempfile.mkdtemp(prefix="nodus test ")
    yield Path(made)
    shutil.rmtree(made, ignore_errors=True)


def test_one_that_runs_is_taken_over_and_one_that_stopped_keeps_its_data(folder: Path) -> None:
    """A demo that is started again, or twice, must find its night, and must not begin a second server on the same files."""
    first = embedded.start(folder, durable=False)
    try:
        first.psql("CREATE TABLE kept (told text)", embedded.NAME)
        first.psql("INSERT INTO kept VALUES ('here')", embedded.NAME)
        server = (first.folder / "data" / PID).read_text().splitlines()[0]
        again = embedded.start(folder, durable=False)
        assert again == first
        assert (first.folder / "data" / PID).read_text().splitlines()[0] == server
        first.stop()
        assert not (first.folder / "data" / PID).exists()
        assert embedded.start(folder, durable=False).psql("SELECT told FROM kept", embedded.NAME) == "here"
    finally:
        first.stop()


def test_its_login_may_take_three_roles_and_owns_nothing(cluster: embedded.Embedded) -> None:
    """As in real use: a test that passes as the owner would say nothing about row-level security."""
    may = f"SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit FROM pg_roles WHERE rolname = '{embedded.LOGIN}'"
    assert cluster.psql(may) == "f"
    roles = f"SELECT count(*) FROM pg_auth_members WHERE member = '{embedded.LOGIN}'::regrole AND NOT admin_option"
    assert cluster.psql(roles) == "3"
    owned = f"SELECT count(*) FROM pg_class WHERE relowner = '{embedded.LOGIN}'::regrole"
    assert cluster.psql(owned, embedded.NAME) == "0"
    assert cluster.psql("SHOW listen_addresses") == ""
