"""Whoever knows only the API: a key, and what its answers tell."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx

from app.core import clock
from app.core.db import Database
from app.core.due import carry_out_once
from app.directory.holidays import AMSTERDAM
from app.worker import DUE_LISTS
from tests.makers import a_token

PATIENCE: Final = 5


def local(moment: str) -> datetime:
    """A moment by the clock on the wall in the Netherlands."""
    return datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)


def be(moment: str) -> datetime:
    """Let it be this local moment for everything the domain decides, and stay so."""
    at = local(moment).astimezone(UTC)
    clock.run_at(clock.Pace(clock.wall(), at, 0.0))
    return at


async def work(database: Database) -> None:
    """What the worker does at this moment, until nothing is left to do."""
    while True:
        done = [await carry_out_once(due, database) for due in DUE_LISTS]
        assert not any(failed for _, failed in done)
        if not any(carried for carried, _ in done):
            return


class ByApi:
    """Somebody with a key. What a command must have seen is the ETag of the last answer about the same thing."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str], organisation: str) -> None:
        """With the organisation of the key, to follow its feed."""
        self.client, self.headers, self.organisation = client, headers, organisation
        self._events: list[dict[str, Any]] = []
        self._after = "0"

    @classmethod
    async def with_key(cls, client: httpx.AsyncClient, database: Database, organisation: UUID, role: str) -> "ByApi":
        """A key as an administrator hands it over; whose it is, the API tells."""
        headers = await a_token(database, organisation, role)
        told = await client.get("/v1/duty-summary", headers=headers)
        return cls(client, headers, told.json()["organisationId"])

    async def ask(self, method: str, path: str, body: Any = None, *, status: int = 200, seen: str = "", **params: Any) -> Any:
        """The answer, which must have this status."""
        headers = self.headers | ({"If-Match": seen} if seen else {})
        told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in params.items()}
        answer = await self.client.request(method, f"/v1/{path}", json=body, params=told, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def read(self, path: str, **params: Any) -> Any:
        """A look."""
        return await self.ask("GET", path, **params)

    async def make(self, path: str, body: Any) -> Any:
        """Something new."""
        return await self.ask("POST", path, body, status=201)

    async def seen(self, path: str) -> str:
        """The ETag of something that was looked at."""
        return str((await self.client.get(f"/v1/{path}", headers=self.headers)).headers["etag"])

    async def hears(self, kind: str, **like: Any) -> Any:
        """The first event of this kind and with these data in the feed, from the beginning; waited for if need be."""
        while True:
            for event in self._events:
                if event["type"] == f"nl.nodus.{kind}.v1" and like.items() <= event["data"].items():
                    return event["data"]
            feed = f"organisations/{self.organisation}/events"
            page = await self.read(feed, after=self._after, limit=200, wait=PATIENCE)
            assert page["events"], f"{kind} {like} was not told"
            self._events += page["events"]
            self._after = page["next"]

    async def heard(self, kind: str, **like: Any) -> int:
        """How many such events the feed holds now."""
        while (page := await self.read(f"organisations/{self.organisation}/events", after=self._after, limit=200))["events"]:
            self._events += page["events"]
            self._after = page["next"]
        kinds = (event["data"] for event in self._events if event["type"] == f"nl.nodus.{kind}.v1")
        return sum(like.items() <= data.items() for data in kinds)
