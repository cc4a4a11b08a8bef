"""An accepted case on a database of the test's own: what a board shows is all that there is."""

import httpx
import pytest

from app.core.db import Database
from tests.boards.reading import Board
from tests.team.table import MENTAL_HEALTH, POLICE, a_table


@pytest.fixture
async def board(fresh_client: httpx.AsyncClient, fresh_database: Database) -> Board:
    """Amsterdam's desk with one case, and two organisations that may take part in it."""
    return Board(await a_table(fresh_client, fresh_database, ggz=MENTAL_HEALTH, police=POLICE))
