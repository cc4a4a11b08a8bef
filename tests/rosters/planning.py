"""A planner at work: an organisation with a service, participants, rosters, through the API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text

from app.core import clock
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.delivery.service import feed as delivery
from app.directory.holidays import AMSTERDAM
from tests.makers import a_token


async def a_provider(database: Database) -> tuple[UUID, UUID]:
    """A care provider of this test's own, and its crisis service."""
    organisation, service = new_id(clock.wall()), new_id(clock.wall())
    async with begin(database, WORKER) as work:
        await work.change(
            text("INSERT INTO organisation (id, kind, name) VALUES (:id, 'care_provider', 'test')"), id=organisation
        )
        await work.change(
            text("""INSERT INTO service (id, organisation_id, kind, name, hours, out_of_hours)
                VALUES (:id, :organisation, 'crisis', 'test', '{}', 'none')"""),
            id=service,
            organisation=organisation,
        )
    return organisation, service


def local(text_: str) -> datetime:
    """A moment by the clock on the wall in the Netherlands."""
    return datetime.fromisoformat(text_).replace(tzinfo=AMSTERDAM)


@dataclass
class Planner:
    """Somebody who plans, with a key of their organisation."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    organisation: UUID
    service: UUID
    database: Database

    @classmethod
    async def start(cls, client: httpx.AsyncClient, database: Database) -> "Planner":
        """With an organisation of their own."""
        organisation, service = await a_provider(database)
        return cls(client, await a_token(database, organisation, "planner"), organisation, service, database)

    async def ask(self, method: str, path: str, *, status: int = 200, version: int | None = None, **how: Any) -> Any:
        """The answer to a request that must have this status."""
        headers = self.headers | ({"If-Match": f'"{version}"'} if version else {})
        answer = await self.client.request(method, f"/v1{path}", headers=headers, **how)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def people(self, *names: str, **others: Any) -> list[str]:
        """Participants with a telephone; their ids."""
        told = {"phone": "+31 20 1234567"} | others
        return [(await self.ask("POST", "/participants", json={"name": one} | told, status=201))["id"] for one in names]

    def rotation(self, participants: list[str], **others: Any) -> dict[str, Any]:
        """Daily turns from eight to eight, since the first of November."""
        usual = {"name": "days", "unit": "day", "handOver": "08:00", "startsOn": "2026-11-01", "participants": participants}
        return usual | others

    async def roster(self, *rotations: dict[str, Any], **others: Any) -> dict[str, Any]:
        """A roster with these rotations."""
        body = {"serviceId": str(self.service), "name": "nights", "rotations": list(rotations)} | others
        return dict(await self.ask("POST", "/rosters", json=body, status=201))

    async def shifts(self, roster: str, starts: datetime | None = None, ends: datetime | None = None) -> list[dict[str, Any]]:
        """Its final schedule."""
        params = {key: at.isoformat() for key, at in (("startsAt", starts), ("endsAt", ends)) if at}
        return list((await self.ask("GET", f"/rosters/{roster}/shifts", params=params))["items"])

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of a kind in the organisation's feed, as it is stored: the feed itself may be a moment late."""
        async with begin(self.database, Actor(self.organisation, Role.PLANNER)) as work:
            found = [orjson.loads(body) for body in (await delivery.events(work, self.organisation, 0, 200)).bodies]
        return [one["data"] for one in found if one["type"] == kind]
