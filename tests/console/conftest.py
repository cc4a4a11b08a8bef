"""The browser that the tests of the pages share."""

import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.core.db import Database
from tests.console.serving import end_chromium
from tests.console.signed_in import a_client


@pytest.fixture
async def browser(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """One, with whatever session a request names."""
    async with a_client(database) as client:
        yield client


@pytest.fixture(scope="session")
async def _one_browser() -> AsyncIterator[None]:
    """Ends it after the last test."""
    yield
    await end_chromium()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who may start it also ends it; a test without a loop can't, and must not be asked to."""
    for item in items:
        here = Path(__file__).parent in item.path.parents
        if here and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.fixturenames.append("_one_browser")
