"""An organisation of the play: it hears of offers, answers them as people do, and stays with what it accepted."""

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from app.core import clock
from app.demo.client import Api

ACCEPTS, DECLINES = 0.90, 0.06  # the rest does not answer in time
FOLLOWED: Final = 0.6
FINISHED: Final = 0.5
REASONS: Final = ("no_capacity", "wrong_area", "known_elsewhere")


class Party:
    """One organisation with its token. `events` are what it received, by number; `faults` what should not have been."""

    def __init__(self, api: Api, name: str, organisation: str, *, last_rung: bool, random: Random) -> None:
        """Nothing received yet."""
        self.api, self.name, self.organisation, self.last_rung = api, name, organisation, last_rung
        self._random = random
        self.tasks: set[asyncio.Task[None]] = set()
        self.events: dict[int, str] = {}
        self.duplicates = 0
        self.faults: list[str] = []

    def hear(self, event: dict[str, Any]) -> None:
        """Take an event in, whichever way it came: at least once, in order."""
        number = int(event["sequence"])
        if number in self.events:
            self.duplicates += 1
            return
        if self.events and number != max(self.events) + 1:
            self.faults.append(f"{self.name} received {number} after {max(self.events)}.")
        self.events[number] = event["id"]
        mine = event["data"].get("organisationId") == self.organisation
        if event["type"] == "nl.nodus.case.offered.v1" and mine:
            task = asyncio.create_task(self._answer(event["data"]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _answer(self, offer: dict[str, Any]) -> None:
        chance = self._random.random()
        accept_by = datetime.fromisoformat(offer["acceptBy"])
        time_left = max(accept_by - clock.now(), timedelta(0))
        await wait_until(clock.now() + min(time_left, timedelta(minutes=45)) * self._random.uniform(0.05, 0.6))
        if self.last_rung or chance < ACCEPTS:
            await self._accept(offer)
        elif chance < ACCEPTS + DECLINES:
            body = {"reason": self._random.choice(REASONS)}
            path = f"/v1/offers/{offer['offerId']}/decline"
            await self.api.command(path, body, key=f"decline-{offer['offerId']}", version=1)

    async def _accept(self, offer: dict[str, Any]) -> None:
        path = f"/v1/offers/{offer['offerId']}"
        version = (await self.api.get(path))["version"]
        answer = await self.api.command(
            f"{path}/acceptance",
            {"coordinator": "regisseur van dienst"},
            key=f"accept-{offer['offerId']}",
            version=version,
        )
        if answer.status_code == 201 and self._random.random() < FOLLOWED:  # noqa: PLR2004  created
            await self._stay(offer["caseId"])

    async def _stay(self, case: str) -> None:
        """First contact, a goal; for some, everything up to closing."""
        await wait_until(clock.now() + timedelta(minutes=self._random.randint(10, 90)))
        contact = {"way": "phone", "party": "person", "result": "tried"}
        await self._do(case, "contacts", contact, "tried")
        await wait_until(clock.now() + timedelta(minutes=self._random.randint(10, 120)))
        await self._do(
            case,
            "contacts",
            contact | {"way": "visit", "result": "reached", "note": "Gesproken aan de deur."},
            "reached",
        )
        goal = await self._do(case, "goals", {"of": "person", "what": "Weer rustig kunnen slapen."}, "goal")
        if self._random.random() < FINISHED:
            await wait_until(clock.now() + timedelta(minutes=self._random.randint(30, 240)))
            await self._finish(case, goal["id"])

    async def _finish(self, case: str, goal: str) -> None:
        await self._do(case, f"goals/{goal}/outcome", {"outcome": "reached"}, "outcome")
        waiver = {"waiver": {"reason": "done_by_others", "by": "coordinator"}}
        aftercare = await self.api.get(f"/v1/cases/{case}/aftercare")
        for check in aftercare["checks"]:
            await self._do(case, f"aftercare/checks/{check['id']}/result", waiver, f"check-{check['id']}")
        for owed in aftercare["obligations"]:
            body = {"listener": "sibling"} if owed["kind"] == "feedback" else {"worked": ["reporting"]}
            await self._do(case, f"aftercare/obligations/{owed['kind']}/fulfilment", body, f"owed-{owed['kind']}")
        version = (await self.api.get(f"/v1/cases/{case}"))["version"]
        await self.api.command(f"/v1/cases/{case}/closure", {"outcome": "better"}, key=f"close-{case}", version=version)

    async def _do(self, case: str, what: str, body: dict[str, Any], name: str) -> Any:  # noqa: ANN401, RUF100
        answer = await self.api.command(f"/v1/cases/{case}/{what}", body, key=f"{name}-{case}")
        if answer.status_code != 201:  # noqa: PLR2004  created
            self.faults.append(f"{self.name}: {what} was answered {answer.status_code} ({answer.json().get('type')}).")
        return answer.json()

    async def poll(self, stop: asyncio.Event) -> None:
        """Poll the feed until told to stop, as a care provider's own system would."""
        after = max(self.events, default=0)
        while not stop.is_set():
            page = await self.api.get(f"/v1/organisations/{self.organisation}/events", after=after, wait=2)
            for event in page["events"]:
                self.hear(event)
            after = int(page["next"])


async def wait_until(moment: datetime) -> None:
    """Wait on the play's clock; once it has caught up with ours nobody waits any more."""
    speed = clock.speed()
    if speed > 1 and moment > clock.now():
        await asyncio.sleep((moment - clock.now()).total_seconds() / speed)
