"""A client that others wrote, over a socket: fhirpy finds, accepts and pages, and knows nothing of us but the address."""

import asyncio

import httpx
import pytest
import uvicorn
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import ForbiddenError, OperationOutcome

from app.core.db import Database
from app.exchange.codes import CONTACT_WAY
from app.main import create_app, edged
from tests.conftest import settings_for
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case, now


async def test_a_case_by_fhirpy_alone(database: Database, free_port: int) -> None:
    """`save()` sends everything by PUT without If-Match, `patch()` a part: neither is a special client of ours."""
    root = f"http://127.0.0.1:{free_port}"
    app = create_app(settings_for(database.settings.database_url, base_url=root))
    server = uvicorn.Server(uvicorn.Config(edged(app), port=free_port, log_config=None, lifespan="on"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        async with httpx.AsyncClient(base_url=root) as other:
            operator = await a_token(database)
            receipts = [await an_offered_case(other, operator) for _ in range(3)]
        desk = await a_token(database, AMSTERDAM_DESK, "desk")
        await _as_a_provider(AsyncFHIRClient(f"{root}/fhir/r4", authorization=desk["Authorization"]), receipts)
    finally:
        server.should_exit = True
        await serving


async def _as_a_provider(client: AsyncFHIRClient, receipts: list[dict[str, dict[str, str]]]) -> None:
    ids = [one["offered"]["offerId"] for one in receipts]
    asked = client.resources("Task").search(_id=",".join(ids), status="requested").sort("_lastUpdated").limit(1)
    asked = asked.search(owner__identifier=f"urn:ietf:rfc:3986|urn:uuid:{AMSTERDAM_DESK}")
    tasks = [task async for task in asked]
    assert [task.id for task in tasks] == ids
    assert await asked.count() == 3
    first, second, third = tasks
    with pytest.raises(ForbiddenError):
        await client.reference("Patient", str(receipts[0]["caseId"])).to_resource()
    await first.patch(status="received")
    first["status"] = "accepted"
    await first.save()
    assert (await first.refresh())["status"] == "accepted"
    patient = await client.reference(reference=first["for"]["reference"]).to_resource()
    assert patient["address"][0]["postalCode"] == "1012AB"
    reports = await client.resources("Communication").search(based_on=first["focus"]["reference"]).fetch_all()
    assert [one["contentString"] for one in reports[0]["payload"]] == ["Buurman eet al dagen niet."]
    with pytest.raises(OperationOutcome, match="business-rule"):
        await second.patch(status="rejected")
    way = {"coding": [{"system": CONTACT_WAY, "code": "visit"}]}
    await first.patch(status="in-progress", output=[{"type": way, "valueDateTime": now().isoformat()}])
    assert first["status"] == "in-progress"
    changed = await client.resources("Task").search(_lastUpdated__gt=third["meta"]["lastUpdated"], _id=",".join(ids)).fetch()
    assert [task.id for task in changed] == [first.id]
    statement = await client.execute("metadata", method="get")
    assert statement["fhirVersion"] == "4.0.1"
