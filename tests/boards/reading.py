"""Somebody at a board."""

from typing import Any

from tests.makers import an_accepted_case
from tests.team.table import Table


class Board:
    """The boards of everybody at a table."""

    def __init__(self, table: Table) -> None:
        """Of these organisations."""
        self.table = table

    async def ask(self, who: str, method: str, path: str, expected: int = 200, **how: Any) -> Any:
        """The answer to a request that must have this status."""
        answer = await self.table.client.request(method, f"/v1/{path}", headers=self.table.keys[who], **how)
        assert answer.status_code == expected, answer.text
        return answer.json() if answer.content else None

    async def page(self, who: str, name: str, expected: int = 200, **params: Any) -> Any:
        """A page of a board."""
        return await self.ask(who, "GET", f"boards/{name}", expected, params=params)

    async def rows(self, who: str, name: str, **params: Any) -> list[Any]:
        """All its rows, two a page."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            asked = {**params, "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = await self.page(who, name, **asked)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    async def case(self) -> str:
        """One more case of the owner."""
        keys = self.table.keys
        return await an_accepted_case(self.table.client, keys["operator"], keys["owner"])
