"""Things that tests need, valid by default."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.identity import service as identity
from app.routing import due, queries

HOTLINE: Final = organisation_id("landelijk-meldpunt")
AMSTERDAM_DESK: Final = organisation_id("amsterdam")  # open day and night: whoever tests at whatever hour is served
AMSTERDAM: Final = "1012AB"


def a_call(**changes: Any) -> dict[str, Any]:
    """A call about somebody in Amsterdam: urgent, by a neighbour who does not want to be known."""
    body: dict[str, Any] = {
        "answers": {"danger_now": "no", "not_eating": "yes"},
        "worry": "Buurman eet al dagen niet.",
        "caller": {"anonymity": "anonymous", "relation": "neighbour"},
        "place": {"stay": {"postcode": AMSTERDAM, "houseNumber": "12"}},
    }
    return body | changes


async def a_token(database: Database, organisation: UUID = HOTLINE, role: str = "operator", **how: Any) -> dict[str, str]:
    """The header of a new key."""
    async with begin(database, WORKER) as work:
        token = identity.create_key(work, organisation=organisation, role=role, label="test", **how)
    return {"Authorization": f"Bearer {token}"}


async def an_offered_case(client: httpx.AsyncClient, operator: dict[str, str], **changes: Any) -> dict[str, Any]:
    """The receipt of a call that was stored."""
    response = await client.post("/v1/calls", json=a_call(**changes), headers=operator)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def an_accepted_case(client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]) -> str:
    """The id of a case that Amsterdam's desk has accepted."""
    receipt = await an_offered_case(client, operator)
    offer = receipt["offered"]["offerId"]
    answer = await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return str(receipt["caseId"])


async def expire(database: Database, offer: str) -> None:
    """Let the worker meet an offer at the moment its time has run out."""
    async with begin(database, WORKER) as work:
        row = await work.one(queries.OFFER, offer_id=UUID(offer))
    assert row
    async with begin(database, WORKER, at=row["next_call_at"] + timedelta(seconds=1)) as work:
        assert row["id"] in await due.claim(work)
        await due.act(work, row["id"])


async def heard(client: httpx.AsyncClient, who: dict[str, str], organisation: UUID) -> list[tuple[str, str]]:
    """Type and subject of every event that an organisation was told, in order."""
    return [(one["type"], one["subject"]) for one in await told(client, who, organisation)]


async def told(client: httpx.AsyncClient, who: dict[str, str], organisation: UUID) -> list[dict[str, Any]]:
    """Every event that an organisation was told, in order."""
    found: list[dict[str, Any]] = []
    after = "0"
    while True:
        answer = await client.get(f"/v1/organisations/{organisation}/events?after={after}&limit=100", headers=who)
        assert answer.status_code == 200, answer.text
        found += answer.json()["events"]
        if answer.json()["end"]:
            return found
        after = answer.json()["next"]


def now() -> datetime:
    """This moment, as the application sees it."""
    return clock.now()
