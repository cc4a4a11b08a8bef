"""An organisation of the play: it hears of offers, and answers them as people do."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from app.core import clock
from app.demo.client import Api
from app.demo.journal import Journal
from app.demo.staying import stay
from app.demo.waiting import wait_until

ACCEPTS, DECLINES = 0.90, 0.06  # the rest does not answer in time
FOLLOWED: Final = 0.75
SLOWEST: Final = timedelta(hours=2)
REASONS: Final = ("no_capacity", "no_capacity", "known_elsewhere", "wrong_kind")
POLL: Final = 10
CREATED, STALE, CONFLICT = 201, 412, 409


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer, as a feed, a webhook or a list tells it."""

    offer_id: str
    case_id: str
    municipality: str
    rung: str
    accept_by: datetime

    @classmethod
    def of(cls, told: dict[str, Any], offer_id: str) -> "Asked":
        """From the data of an event or an offer of the API."""
        accept_by = datetime.fromisoformat(told["acceptBy"])
        return cls(offer_id, told["caseId"], told["municipalityCode"], told["rung"], accept_by)


class Party:
    """One organisation with its token. `faults` are answers it should not have got; `too_late` its answers after expiry."""

    def __init__(self, api: Api, name: str, organisation: str, *, last_rung: bool, journal: Journal) -> None:
        """Nothing heard yet."""
        self.api, self.name, self.organisation, self.last_rung = api, name, organisation, last_rung
        self._journal = journal
        self._busy_with: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._faults: list[str] = []
        self._aside = False
        self.too_late = 0

    @property
    def faults(self) -> list[str]:
        """What should not have been."""
        return [*self._faults, *(f"{self.name}: {one}" for one in self.api.faults)]

    @property
    def busy(self) -> int:
        """How many offers and cases it is at work on."""
        return len(self._tasks)

    def hear(self, way: str, event: dict[str, Any], message_id: str) -> None:
        """Take an event in, whichever way it came: at least once, told apart by the id of its message."""
        if not self._journal.take(self.organisation, way, int(event["sequence"]), message_id):
            return
        told = event["data"]
        if event["type"] == "nl.nodus.case.offered.v1" and told["organisationId"] == self.organisation:
            self._go(told["offerId"], self._answer(Asked.of({**told, "caseId": event["subject"]}, told["offerId"])))

    async def poll(self) -> None:
        """Poll the feed until cancelled, as a care provider's own system would."""
        feed = f"/v1/organisations/{self.organisation}/events"
        while True:
            after = self._journal.of(self.organisation).last
            page = await self.api.get(feed, after=after, wait=POLL)
            for event in page["events"]:
                self.hear("feed", event, event["id"])

    async def step_aside(self) -> None:
        """Answer nothing any more, and leave the cases to others; what comes is still taken in."""
        self._aside = True
        await self._stop()

    async def take_up(self) -> None:
        """After a new start: answer the offers that wait, and go on with the cases that are ours."""
        if self._aside:
            return
        for offer in await self.api.all("/v1/offers", state="pending"):
            if offer["organisationId"] == self.organisation:
                self._go(offer["id"], self._answer(Asked.of(offer, offer["id"])))
        for case in await self.api.all("/v1/cases", mine="true"):
            if case["state"] != "closed":
                self._go(case["id"], self._stay(case["id"]))

    async def rest(self) -> None:
        """Stop everything; it can be taken up again."""
        await self._stop()
        await self.api.close()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _go(self, about: str, doing: Coroutine[Any, Any, None]) -> None:
        if self._aside or about in self._busy_with:
            doing.close()
            return
        self._busy_with.add(about)
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._faults.append(f"{self.name}: {error or type(error).__name__}")

    async def _answer(self, asked: Asked) -> None:
        random = Random(asked.offer_id)
        await wait_until(await self._at_work(asked))
        left = max(asked.accept_by - clock.now(), timedelta())
        await wait_until(clock.now() + min(left, SLOWEST) * random.uniform(0.03, 0.6))
        chance = random.random()
        if self.last_rung or chance < ACCEPTS:
            if await self._insist(asked, "acceptance", {"coordinator": "regisseur van dienst"}):
                await self._stay(asked.case_id)
        elif chance < ACCEPTS + DECLINES:
            await self._insist(asked, "decline", {"reason": random.choice(REASONS)})

    async def _at_work(self, asked: Asked) -> datetime:
        """When somebody is there to answer: a desk that lets normal cases wait answers them when it opens."""
        if asked.rung == "meldpunt":
            around = await self.api.get(f"/v1/municipalities/{asked.municipality}")
            for desk in around["desks"]:
                if desk["organisationId"] == self.organisation and desk["outOfHours"] == "waits" and desk["opensAt"]:
                    return datetime.fromisoformat(desk["opensAt"])
        return clock.now()

    async def _insist(self, asked: Asked, how: str, body: dict[str, str]) -> bool:
        """Answer an offer, again when it was reminded meanwhile; whether it counted."""
        path = f"/v1/offers/{asked.offer_id}"
        while True:
            version = (await self.api.get(path))["version"]
            answer = await self.api.command(f"{path}/{how}", body, key=f"{how}-{asked.offer_id}-{version}", version=version)
            if answer.status_code == CREATED:
                return True
            if answer.status_code == CONFLICT:
                self.too_late += 1
                return False
            if answer.status_code != STALE:
                self._faults.append(f"{self.name}: {how} was answered {answer.status_code} ({answer.json().get('type')})")
                return False

    async def _stay(self, case: str) -> None:
        random = Random(case)
        if random.random() < FOLLOWED:
            await stay(self.api, case, random)
