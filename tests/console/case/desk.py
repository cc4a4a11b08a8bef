"""Somebody at a desk with a case before them: sends its forms as a browser without scripts does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html import unescape
from re import sub
from typing import Any
from uuid import UUID

import httpx

from app.core.db import Database
from app.directory.holidays import AMSTERDAM
from tests.console.signed_in import a_client, signed_in
from tests.makers import now
from tests.team.table import Table


class Desk:
    """A session of an organisation's, and the case that it looks at."""

    def __init__(self, client: httpx.AsyncClient, table: Table) -> None:
        """Use `at_a_desk`."""
        self.client, self.table, self.case = client, table, table.case

    async def read(self, more: str = "", expected: int = 200) -> str:
        """The page of the case, as text."""
        answer = await self.client.get(f"/cases/{self.case}{more}")
        assert answer.status_code == expected, answer.text
        return answer.text

    async def send(self, name: str, /, subject: object = "", version: int | None = None, **fields: Any) -> httpx.Response:
        """A command as its form sends it; fields of fields with `__` for the dot. `version`: of the case by default."""
        seen = version if version is not None else (await self.table.read("owner"))["version"]
        told = {key.replace("__", "."): value for key, value in fields.items()}
        data = {"subject": str(subject), "version": str(seen), "seen": now().isoformat()} | told
        return await self.client.post(f"/cases/{self.case}/{name}", data=data)

    async def do(self, name: str, /, subject: object = "", version: int | None = None, **fields: Any) -> None:
        """A command that succeeds."""
        answer = await self.send(name, subject, version, **fields)
        assert answer.status_code == 303, (name, shown(answer.text))
        assert answer.headers["location"].startswith(f"/cases/{self.case}?done=case_")

    async def items(self, kind: str) -> list[dict[str, Any]]:
        """The items of a kind, newest first."""
        found = (await self.table.read("owner", "/items", kind=kind))["items"]
        return list(reversed(found))


def shown(page: str) -> str:
    """What a page says, without its tags."""
    body = page.partition("<main")[2]
    return unescape(sub(r"\s+", " ", sub(r"<[^>]+>", " ", body)))


@asynccontextmanager
async def at_a_desk(database: Database, table: Table, organisation: UUID, role: str = "desk") -> AsyncIterator[Desk]:
    """A session for an organisation, in a role."""
    async with a_client(database, await signed_in(database, organisation, role)) as client:
        yield Desk(client, table)


def local(days: float) -> str:
    """So many days from now, as a browser sends a date and time, which is Dutch."""
    return f"{(now() + timedelta(days=days)).astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}"
