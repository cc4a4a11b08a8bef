"""Tasks over HTTP: searched, read, moved; what they are about only after accepting."""

from typing import Any

import httpx
import pytest

from app.core.db import Database
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case

WORDS = {"worry": "Xyzzyworry is bang", "person": {"name": "Plughname Jansen", "phone": "0612345678"}}


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


async def test_a_task_from_request_to_progress(client: httpx.AsyncClient, operator: Any, desk: Any) -> None:
    """The whole way of a provider's patient record."""
    receipt = await an_offered_case(client, operator, **WORDS)
    task_id = receipt["offered"]["offerId"]
    answer = await client.get(f"/fhir/r4/Task?_id={task_id}", headers=desk)
    assert answer.status_code == 200, answer.text
    task = answer.json()["entry"][0]["resource"]
    assert task["status"] == "requested"
    answer = await client.patch(f"/fhir/r4/Task/{task_id}", json={"status": "received"}, headers=desk)
    assert answer.status_code == 200, answer.text
    assert (await client.get(f"/fhir/r4/Patient/{receipt['caseId']}", headers=desk)).status_code == 403
    task = answer.json()
    answer = await client.put(f"/fhir/r4/Task/{task_id}", json=task | {"status": "accepted"}, headers=desk)
    assert answer.status_code == 200, answer.text
    for path in ("Patient/{}", "ServiceRequest/{}", "Communication?subject=Patient/{}"):
        answer = await client.get("/fhir/r4/" + path.format(receipt["caseId"]), headers=desk)
        assert answer.status_code == 200, answer.text
