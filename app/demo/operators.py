"""The operators of the play: they take each call when the play's clock reaches it."""

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import httpx

from app.demo.calls import Place, Planned
from app.demo.client import Api
from app.demo.journal import Journal
from app.demo.waiting import wait_until

AT_ONCE: Final = 8
CREATED: Final = 201


class Operators:
    """Take calls; each is remembered as soon as it was answered, and none is taken twice."""

    def __init__(self, api: Api, journal: Journal, seed: int) -> None:
        """Ready."""
        self._api, self._journal, self._seed = api, journal, seed

    async def take(self, plan: Sequence[Planned], begins: datetime, taken: Callable[[], None]) -> None:
        """Take the calls that were not answered yet, each at its time; `taken` hears of each one.

        Raises:
            RuntimeError: a call was refused.
        """
        room, under_way = asyncio.Semaphore(AT_ONCE), []

        async def one(call: Planned) -> None:
            async with room:
                self._journal.answered(call.number, await self._take(call))
                taken()

        try:
            for call in plan:
                if call.number not in self._journal.calls:
                    await wait_until(begins + call.after)
                    under_way.append(asyncio.create_task(one(call)))
            await asyncio.gather(*under_way)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _take(self, call: Planned) -> str:
        """At once, or as a draft that is opened, saved and completed. The same call again is the same request."""
        key = f"demo-{self._seed}-{call.number}"
        if not call.by_draft:
            return _id(await self._api.command("/v1/calls", call.body, key=key))
        draft = _id(await self._api.command("/v1/drafts", {"channel": call.body["channel"]}, key=f"{key}-open"))
        begun: dict[str, Any] = {name: call.body[name] for name in ("kind", "channel", "worry", "caller")}
        for version, body in enumerate((begun, call.body), start=1):
            saved = await self._api.command(f"/v1/drafts/{draft}", body, key=f"{key}-{version}", version=version, method="PUT")
            if not saved.is_success:
                raise refused(saved)
        return _id(await self._api.command(f"/v1/drafts/{draft}/completion", key=f"{key}-end", version=3))


def places() -> list[Place]:
    """Every postcode of four digits, so that a municipality comes as often as it has postcodes."""
    text = (files("app.directory") / "data" / "pc4_municipality.csv").read_text(encoding="utf-8")
    return [
        Place(row["pc4"], row["municipality_code"], bool(row["also_municipality_codes"]))
        for row in csv.DictReader(io.StringIO(text))
    ]


def _id(answer: httpx.Response) -> str:
    if answer.status_code != CREATED:
        raise refused(answer)
    return str(answer.json()["id"])


def refused(answer: httpx.Response) -> RuntimeError:
    """What a command was answered that should have been carried out."""
    told = answer.json()
    return RuntimeError(
        f"{answer.request.url.path} was answered {answer.status_code}: {told.get('detail')} {told.get('errors', '')}"
    )
