"""Planners on a Tuesday in November, at noon."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.core import clock
from app.core.db import Database
from tests.console.rosters.desk import NOON, Desk, a_desk, start_at
from tests.console.signed_in import a_client


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    start_at(NOON)
    yield
    clock.run_at(None)


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A roster in a service that serves nowhere: nothing is a gap."""
    return await a_desk(database)


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """Its planner."""
    async with a_client(desk.database, desk.who) as client:
        yield client


@pytest.fixture
async def lone(fresh_database: Database) -> Desk:
    """A roster that alone covers Haarlem."""
    return await a_desk(fresh_database, alone=True)
