"""Somebody who types in a draft, and what can be seen of it."""

from typing import Any

import httpx


class Screen:
    """One tab of one operator, that keeps its own sequence and what it has seen."""

    def __init__(self, client: httpx.AsyncClient, who: dict[str, str], draft: str, name: str = "left") -> None:
        """At the beginning of a draft."""
        self._client, self._who, self._draft, self.name = client, who, draft, name
        self.seen, self.sequence = 1, 0

    async def answer(self, sequence: int | None = None, seen: int | None = None, **changes: Any) -> httpx.Response:
        """Save fields, `__` for the dot."""
        if sequence is None:
            self.sequence += 1
        body = {
            "screen": self.name,
            "sequence": sequence or self.sequence,
            "seen": seen or self.seen,
            "changes": [{"field": name.replace("__", "."), "value": value} for name, value in changes.items()],
        }
        return await self._client.patch(f"/v1/drafts/{self._draft}", json=body, headers=self._who)

    async def save(self, sequence: int | None = None, seen: int | None = None, **changes: Any) -> dict[str, Any]:
        """Save fields, and remember the version that was told."""
        answer = await self.answer(sequence, seen, **changes)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        assert answer.headers["etag"] == f'"{told["version"]}"'
        if seen is None:
            self.seen = told["version"]
        return told


async def a_draft(client: httpx.AsyncClient, who: dict[str, str], **body: Any) -> str:
    """The id of a new draft."""
    answer = await client.post("/v1/drafts", json=body, headers=who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def read(client: httpx.AsyncClient, who: dict[str, str], draft: str) -> dict[str, Any]:
    """A draft with what was typed."""
    answer = await client.get(f"/v1/drafts/{draft}", headers=who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def history(client: httpx.AsyncClient, who: dict[str, str], draft: str) -> list[dict[str, Any]]:
    """The lines of a draft's history."""
    answer = await client.get(f"/v1/drafts/{draft}/history", params={"purpose": "quality"}, headers=who)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
