"""A client of the façade, of which every answer is validated twice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.db import Database
from tests.conftest import client_of
from tests.exchange.validating import INSTALLED, by_model, by_node
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case

Offered = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def answers() -> Iterator[list[dict[str, Any]]]:
    """What was answered in this run; at its end node has its say, once for all of it."""
    collected: list[dict[str, Any]] = []
    yield collected
    if INSTALLED and collected:
        told = [(one["resourceType"], faults) for one, faults in zip(collected, by_node(collected), strict=True) if faults]
        assert not told, told


@pytest.fixture
async def fhir(app: FastAPI, answers: list[dict[str, Any]]) -> AsyncIterator[httpx.AsyncClient]:
    """A client as a provider's: whatever it hears is FHIR."""

    async def is_valid(response: httpx.Response) -> None:
        await response.aread()
        if response.request.url.path.startswith("/fhir/") and response.content:
            assert response.headers["content-type"] == "application/fhir+json; fhirVersion=4.0", response.text
            by_model(response.json())
            answers.append(response.json())

    async with client_of(app) as client:
        client.event_hooks["response"].append(is_valid)
        client.base_url = httpx.URL("http://nodus.test/fhir/r4")
        yield client


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


@pytest.fixture
def offered(client: httpx.AsyncClient, fhir: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]) -> Offered:
    """Makes a case, and gives the Task with which Amsterdam's desk is asked to take it."""

    async def make(**changes: Any) -> dict[str, Any]:
        receipt = await an_offered_case(client, operator, **changes)
        return dict((await fhir.get(f"/Task/{receipt['offered']['offerId']}", headers=desk)).json())

    return make
