"""Everybody who answers in the play: meldpunten with webhooks, care providers and the national desk with a poller."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, Final

from app.demo.client import Api
from app.demo.journal import Journal, Memory
from app.demo.party import Party
from app.demo.receiver import Receiver
from app.demo.stage import Member

AT_ONCE: Final = 8
CREATED: Final = 201
ENDPOINTS: Final = "/v1/webhook-endpoints"


class Troupe:
    """The organisations of the play, with the receiver of those that receive."""

    def __init__(self, base_url: str, members: Sequence[Member], memory: Memory, journal: Journal) -> None:
        """Nobody listens yet."""
        self._memory = memory
        self._polling: list[asyncio.Task[None]] = []
        self.receiver = Receiver()
        answering = [one for one in members if one.role in {"supervisor", "desk"}]
        self.parties = [_party(base_url, one, journal) for one in answering]
        self._meldpunten = [
            party for party, one in zip(self.parties, answering, strict=True) if one.kind == "meldpunt"
        ]  # fmt: skip
        self.troubles: list[str] = []

    async def gather(self) -> None:
        """Listen, ask for webhooks, poll; and take up what was left lying when the play was ended."""
        secrets: dict[str, str] = self._memory.told.get("secrets", {})
        for party in self._meldpunten:
            if party.organisation in secrets:
                self.receiver.add(party, secrets[party.organisation])
        await self.receiver.start(self._memory.told.get("receiver_port", 0))
        self._memory.keep(receiver_port=self.receiver.port)
        await _each(self._meldpunten, self._ask_for_webhooks)
        await _each(self.parties, Party.take_up)
        for party in self.parties:
            if party not in self._meldpunten:
                task = asyncio.create_task(party.poll())
                task.add_done_callback(self._note)
                self._polling.append(task)

    async def step_aside(self, organisations: Collection[str]) -> None:
        """These answer no more by themselves: whoever visits the demo answers for them."""
        await asyncio.gather(*(party.step_aside() for party in self.parties if party.organisation in organisations))

    async def go_on(self) -> None:
        """The receiver is back after having been away: those whose deliveries failed have them tried at once."""
        await self.receiver.start(self.receiver.port)
        await _each(self._meldpunten, self._resume)

    @property
    def faults(self) -> list[str]:
        """What should not have been."""
        return [*self.troubles, *(fault for party in self.parties for fault in party.faults)]

    async def rest(self) -> None:
        """Stop playing; it can be taken up again."""
        for task in self._polling:
            task.cancel()
        await asyncio.gather(*self._polling, return_exceptions=True)
        await asyncio.gather(*(party.rest() for party in self.parties))
        await self.receiver.stop()

    def _note(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.troubles.append(f"A poller ended: {error or type(error).__name__}")

    async def _ask_for_webhooks(self, party: Party) -> None:
        """One endpoint, where we listen now; a secret that got lost with a kill means a new endpoint."""
        url, secrets = self.receiver.url(party.organisation), self._memory.told.get("secrets", {})
        for endpoint in await self._ours(party):
            if party.organisation not in secrets:
                await party.api.ask("DELETE", f"{ENDPOINTS}/{endpoint['id']}")
            elif endpoint["url"] != url:
                await self._change(party, endpoint, {"url": url})
        if party.organisation not in secrets:
            made = await party.api.ask("POST", ENDPOINTS, json={"url": url, "fromStart": True})
            if made.status_code != CREATED:
                raise RuntimeError(f"A webhook endpoint was answered {made.status_code}: {made.json().get('detail')}")
            self._memory.keep(secrets={**self._memory.told.get("secrets", {}), party.organisation: made.json()["secret"]})
            self.receiver.add(party, made.json()["secret"])
        await self._resume(party)

    async def _ours(self, party: Party) -> list[dict[str, Any]]:
        """The endpoints at which this receiver listens; a visitor may have made others."""
        found: list[dict[str, Any]] = (await party.api.get(ENDPOINTS))["items"]
        return [one for one in found if one["url"].endswith(f"/hooks/{party.organisation}")]

    async def _resume(self, party: Party) -> None:
        for endpoint in await self._ours(party):
            if endpoint["failingSince"] or endpoint["state"] != "active":
                paused = await self._change(party, endpoint, {"state": "paused"})
                await self._change(party, paused, {"state": "active"})

    async def _change(self, party: Party, endpoint: dict[str, Any], changes: dict[str, str]) -> dict[str, Any]:
        path, version = f"{ENDPOINTS}/{endpoint['id']}", endpoint["version"]
        answer = await party.api.ask("PATCH", path, json=changes, headers={"If-Match": f'"{version}"'})
        answer.raise_for_status()
        changed: dict[str, Any] = answer.json()
        return changed


def _party(base_url: str, member: Member, journal: Journal) -> Party:
    api = Api(base_url, member.token)
    return Party(api, member.name, member.organisation, last_rung=member.kind == "hotline", journal=journal)


async def _each(parties: Sequence[Party], do: Any) -> None:
    """For each party, some at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(party: Party) -> None:
        async with room:
            await do(party)

    await asyncio.gather(*(one(party) for party in parties))
