"""Who takes calls in these tests, and the application that they use."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.db import Database
from tests.console.serving import served
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.makers import HOTLINE


@pytest.fixture
async def operator(database: Database) -> SignedIn:
    """An operator of the hotline, with a session."""
    return await signed_in(database, HOTLINE, "operator", "Sanne Voorbeeld")


@pytest.fixture
async def colleague(database: Database) -> SignedIn:
    """Another one."""
    return await signed_in(database, HOTLINE, "operator", "Driss Voorbeeld")


@pytest.fixture
async def desk(database: Database, operator: SignedIn) -> AsyncIterator[httpx.AsyncClient]:
    """What the operator's browser asks without a script."""
    async with a_client(database, operator) as client:
        yield client


@pytest.fixture
async def address(database: Database) -> AsyncIterator[str]:
    """Where the application is served to browsers."""
    async with served(database.settings) as url:
        yield url
