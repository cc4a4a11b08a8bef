"""An organisation that keeps its own endpoints over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from app.core.db import Database
from tests.delivery.test_send import an_organisation
from tests.makers import a_token

AT = "/v1/webhook-endpoints"
HOOK = "https://hooks.example.nl/in"


@dataclass(frozen=True, slots=True)
class Owner:
    """Asks as the organisation."""

    client: httpx.AsyncClient
    organisation: UUID
    key: dict[str, str]

    async def ask(self, method: str, path: str = "", body: Any = None, expected: int = 200, seen: int | None = None) -> Any:
        """Ask, on the version that was seen; the answer."""
        headers = self.key | ({"If-Match": f'"{seen}"'} if seen else {})
        answer = await self.client.request(method, f"{AT}{path}", json=body, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.json() if answer.content else None

    async def make(self, expected: int = 201, **wishes: Any) -> Any:
        """A new endpoint; agreed, unless something else is wished."""
        return await self.ask("POST", "", {"url": HOOK, "verification": "agreed"} | wishes, expected)


async def an_owner(client: httpx.AsyncClient, database: Database) -> Owner:
    """A meldpunt with nothing in its feed, and its key."""
    organisation = await an_organisation(database)
    return Owner(client, organisation, await a_token(database, organisation, "desk"))


def pointers(problem: Any) -> list[str]:
    """The fields that a problem names."""
    return [error["pointer"] for error in problem["errors"]]
