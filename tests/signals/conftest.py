"""What tests of repeats share."""

import secrets
from typing import Any

import httpx
import pytest

from app.core.db import Database
from tests.makers import AMSTERDAM, AMSTERDAM_DESK, a_call, a_token


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


@pytest.fixture
async def supervisor(database: Database) -> dict[str, str]:
    """A supervisor of Amsterdam's desk, who also takes calls there."""
    return await a_token(database, AMSTERDAM_DESK, "supervisor")


@pytest.fixture
def house() -> str:
    """A house number that no other test has: they share a database."""
    return str(secrets.randbelow(90_000) + 1000)


def somewhere(house: str, **others: str) -> dict[str, Any]:
    """A place in Amsterdam."""
    return {"stay": {"postcode": AMSTERDAM, "houseNumber": house, **others}}


async def rings(client: httpx.AsyncClient, who: dict[str, str], house: str, **changes: Any) -> dict[str, Any]:
    """The receipt of a call about an address."""
    answer = await client.post("/v1/calls", json=a_call(place=somewhere(house)) | changes, headers=who)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def looks(client: httpx.AsyncClient, who: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """What a look-up finds."""
    answer = await client.post("/v1/calls/_earlier", json=body, headers=who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
