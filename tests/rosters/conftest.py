"""Planners, at a moment of their own: noon, a Tuesday in November."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.core import clock
from app.core.db import Database
from tests.rosters.planning import Planner

NOON = datetime(2026, 11, 10, 11, tzinfo=UTC)


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Lets the domain's clock stand still at a moment."""

    def stand(moment: datetime) -> None:
        clock.run_at(clock.Pace(clock.wall(), moment, 0.0))

    stand(NOON)
    yield stand
    clock.run_at(None)


@pytest.fixture
async def planner(client: httpx.AsyncClient, database: Database, at: Callable[[datetime], None]) -> Planner:
    """A planner with an organisation and a service of this test's own."""
    return await Planner.start(client, database)
