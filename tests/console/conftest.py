"""The browser that the tests of the pages share."""

from collections.abc import AsyncIterator

import pytest

from tests.console.serving import end_chromium


@pytest.fixture(scope="session", autouse=True)
async def _one_browser() -> AsyncIterator[None]:
    """Ends it after the last test."""
    yield
    await end_chromium()
