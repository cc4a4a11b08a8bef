"""What tests of the directory's keeping need: an administrator, organisations and services of their own."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from tests.makers import AMSTERDAM_DESK, a_token

OFFICE: dict[str, Any] = {"weekly": {"0-4": ["09:00-17:00"]}, "closedOnHolidays": True}
Headers = dict[str, str]


async def an_administrator(database: Database) -> Headers:
    """The header of an administrator's key; it is another organisation's than those it keeps."""
    return await a_token(database, AMSTERDAM_DESK, "administrator")


async def an_organisation(client: httpx.AsyncClient, admin: Headers, **told: Any) -> dict[str, Any]:
    """A new meldpunt."""
    answer = await client.post("/v1/organisations", json={"kind": "meldpunt", "name": "Meldpunt Test", **told}, headers=admin)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def a_service(client: httpx.AsyncClient, admin: Headers, organisation: str, **told: Any) -> dict[str, Any]:
    """A new service of it: a meldpunt with office hours."""
    body = {"kind": "meldpunt", "name": "Meldpunt Test", "hours": OFFICE, **told}
    answer = await client.post(f"/v1/organisations/{organisation}/services", json=body, headers=admin)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def a_desk(database: Database, organisation: str, role: str = "desk") -> Headers:
    """The header of a key of an organisation itself."""
    return await a_token(database, UUID(organisation), role)


async def forget(database: Database, organisation: str) -> None:
    """Let an organisation serve nobody any more: the database is shared, and others ask who serves these places."""
    async with begin(database, WORKER) as work:
        gone = "DELETE FROM service_area WHERE service_id IN (SELECT id FROM service WHERE organisation_id = :id)"
        await work.change(text(gone), id=organisation)


def at(version: int) -> Headers:
    """If-Match for a version."""
    return {"If-Match": f'"{version}"'}


def pointers(answer: httpx.Response) -> set[str]:
    """What a refusal points at."""
    return {one["pointer"] for one in answer.json().get("errors", [])}
