"""The server is killed again and again while people type: every save that was answered is in the draft, and none is there twice."""

import asyncio
from contextlib import suppress
from random import Random
from typing import Any, Final

import httpx

from app.core.db import Database
from app.intake.merging import value_at
from tests.makers import a_token
from tests.nursery import Nursery

KILLS: Final = 4
TYPISTS: Final = 4
SAVES: Final = 60
FIELDS: Final = ("worry", "person.name", "place.stay.postcode", "answers.weapon")


async def until_ready(client: httpx.AsyncClient) -> None:
    """Until the server answers."""
    async with asyncio.timeout(30):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/livez")).status_code == 200:
                    return
            await asyncio.sleep(0.02)


class Typist:
    """Somebody who types in one draft until told to stop, and sends again what was not answered."""

    def __init__(self, client: httpx.AsyncClient, who: dict[str, str], draft: str, number: int) -> None:
        """With a screen of their own."""
        self._client, self._who, self._draft, self.screen = client, who, draft, f"screen-{number}"
        self._random = Random(number)
        self.answered: list[dict[str, Any]] = []
        self.again = 0

    async def type(self, stop: asyncio.Event) -> None:
        """One save after the other."""
        seen, sequence = 1, 0
        while not stop.is_set():
            sequence += 1
            changes = [
                {"field": name, "value": f"{self.screen} {sequence} {name}"[:200]} for name in self._random.sample(FIELDS, 2)
            ]
            body = {"screen": self.screen, "sequence": sequence, "seen": seen, "changes": changes}
            told = await self._until_answered(body)
            self.answered.append({"sequence": sequence, "changes": changes, "told": told})
            seen = told["version"]

    async def _until_answered(self, body: dict[str, Any]) -> dict[str, Any]:
        while True:
            with suppress(httpx.TransportError):
                answer = await self._client.patch(f"/v1/drafts/{self._draft}", json=body, headers=self._who)
                if answer.status_code == 200:
                    return dict(answer.json())
                assert answer.status_code == 503, answer.text
            self.again += 1
            await asyncio.sleep(0.02)


async def test_killing_the_server_while_people_type_loses_nothing(
    shared_url: str, database: Database, free_port: int, nursery: Nursery
) -> None:
    """Four people type in one draft while SIGKILL falls: history and draft hold exactly what was answered with 200."""
    who = await a_token(database)
    stop, random = asyncio.Event(), Random(7)
    nursery.start("serve", shared_url, port=free_port)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}", timeout=5) as client:
        await until_ready(client)
        draft = (await client.post("/v1/drafts", json={}, headers=who)).json()["id"]
        typists = [Typist(client, who, draft, number) for number in range(TYPISTS)]
        typing = [asyncio.create_task(one.type(stop)) for one in typists]
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.2, 0.8))
            nursery.kill("serve")
            nursery.start("serve", shared_url, port=free_port)
            await until_ready(client)
        async with asyncio.timeout(60):
            while sum(len(one.answered) for one in typists) < SAVES:
                await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(*typing)
        kept = (await client.get(f"/v1/drafts/{draft}", headers=who)).json()
        lines = await _history(client, who, draft)
    saves = {(one.screen, save["sequence"]): save for one in typists for save in one.answered}
    assert sum(one.again for one in typists) >= KILLS
    assert len(saves) >= SAVES
    _all_there(kept, lines, saves)


async def _history(client: httpx.AsyncClient, who: dict[str, str], draft: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    cursor: str | None = "0"
    while cursor:
        asked = {"purpose": "quality", "cursor": cursor, "limit": "200"}
        page = (await client.get(f"/v1/drafts/{draft}/history", params=asked, headers=who)).json()
        lines, cursor = lines + page["items"], page["next"]
    return lines


def _all_there(kept: dict[str, Any], lines: list[dict[str, Any]], saves: dict[tuple[str, int], dict[str, Any]]) -> None:
    stored = {(line["screen"], line["sequence"]): line for line in lines if line["kind"] == "saved"}
    assert stored.keys() == saves.keys()
    assert len(lines) == len(stored) + 1 == kept["version"]
    last: dict[str, Any] = {}
    for key, line in stored.items():
        assert line["version"] == saves[key]["told"]["version"]
        assert [(one["field"], one["new"]) for one in line["changes"]] == [
            (one["field"], one["value"]) for one in saves[key]["changes"]
        ]
        last |= {one["field"]: one["new"] for one in line["changes"] if one["outcome"] == "saved"}
    assert {name: value_at(kept["contents"], name) for name in last} == last
