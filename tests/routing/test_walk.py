"""A long walk over the real database and services: whatever happens, every case has somebody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from app.cases.lifecycle import Urgency
from app.core.db import Database
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.routing.need import Kind, Need
from app.routing.offers import DeclineReason
from app.routing.service import answer
from app.routing.service.answer import CantDecline
from app.routing.service.explain import explain
from tests.conftest import MOMENT
from tests.makers import HOTLINE
from tests.routing.working import OPERATOR, Standing, a_desk_of, an_offer, look, standing, tell

NATIONAL = organisation_id("landelijk-meldpunt")
PLACES = ("GM0363", "GM0392", "GM0106", "GM0014", "GM0599", "GM0518", "GM0718", "GM0222", "GM0664", "GM0184")
CASES, STEPS = 12, 60


class Walk:
    """Some cases, and a moment that only goes on."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random = database, Random(seed)
        self.at: datetime = MOMENT
        self.cases: list[UUID] = []

    async def opens(self) -> None:
        """A call comes in."""
        urgency = self.random.choice([one for one in Urgency if one is not Urgency.ADVICE])
        need = Need(urgency, self.random.choice(list(Kind)), self.random.choice([None, None, 15, 17]))
        self.cases.append(await an_offer(self.database, self.random.choice(PLACES), need, self.at))

    async def is_answered(self, case_id: UUID, *, accepting: bool) -> None:
        """Who is asked accepts or declines, in time."""
        [offer] = (await standing(self.database, case_id)).pending
        if offer["rung"] != "national_desk" and offer["accept_by"] <= self.at:
            await self.is_ignored(case_id)
            return
        async with begin(self.database, a_desk_of(offer["organisation_id"]), at=self.at) as work:
            if accepting:
                await answer.accept(work, offer["id"], offer["version"], None)
            elif offer["rung"] == "national_desk":
                with pytest.raises(CantDecline):
                    await answer.decline(work, offer["id"], offer["version"], DeclineReason.OTHER)
            else:
                await answer.decline(work, offer["id"], offer["version"], self.random.choice(list(DeclineReason)))

    async def is_ignored(self, case_id: UUID) -> None:
        """Nobody answers; the worker comes on time or late."""
        [offer] = (await standing(self.database, case_id)).pending
        late = timedelta(minutes=self.random.choice([0, 1, 90]))
        self.at = max(self.at, await look(self.database, offer, late=late))

    async def directory_changes(self) -> None:
        """Somebody leaves, or a municipality loses everybody around it."""
        place = self.random.choice(PLACES)
        if self.random.random() < 0.5:
            await tell(self.database, "DELETE FROM service_area WHERE municipality_code = :code", code=place)
        else:
            await tell(self.database, "DELETE FROM shift WHERE span @> CAST(:at AS timestamptz)", at=self.at)

    async def step(self) -> None:
        """One thing happens."""
        self.at += timedelta(minutes=self.random.choice([0, 1, 7, 240]))
        waiting = [one for one in self.cases if (await standing(self.database, one)).pending]
        if len(self.cases) < CASES and (not waiting or self.random.random() < 0.3):
            await self.opens()
        elif waiting:
            case_id = self.random.choice(waiting)
            action = self.random.random()
            if action < 0.45:
                await self.is_answered(case_id, accepting=action < 0.1)
            elif action < 0.9:
                await self.is_ignored(case_id)
            else:
                await self.directory_changes()

    async def everybody_declines(self, case_id: UUID) -> Standing:
        """To the end of the ladder."""
        while (seen := await standing(self.database, case_id)).pending and seen.pending[0]["rung"] != "national_desk":
            await self.is_answered(case_id, accepting=False)
        return seen


def holds(seen: Standing, on: Callable[[bool, str], None]) -> None:
    """What must hold of every case at every moment."""
    owner, asked = seen.case["owner_organisation_id"], [one["organisation_id"] for one in seen.offers]
    on((owner is None) == (len(seen.pending) == 1), "an owner or one pending offer")
    on(len(asked) == len(set(asked)), "nobody asked twice")
    on(all(one["accept_by"] > one["offered_at"] for one in seen.offers), "a time that lay ahead")
    on(seen.case["deadline_at"] is not None and seen.case["next_climb_at"] is not None, "a next deadline")
    on(owner in {None, *(one["organisation_id"] for one in seen.offers if one["state"] == "accepted")}, "who accepted owns it")
    for one in seen.offers:
        for recipient in (one["organisation_id"], HOTLINE):
            on((recipient, "nl.nodus.case.offered.v1") in seen.events, "who is asked and who asked have heard")


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_happens_every_case_has_somebody(fresh_database: Database, seed: int) -> None:
    """Refusals, silences, outages and a directory that falls apart: an owner, or one who is asked, and at the end the last rung."""
    walk = Walk(fresh_database, seed)

    def on(true: bool, what: str) -> None:  # noqa: FBT001
        assert true, f"{what}, seed {seed}, {walk.at}"

    for _ in range(STEPS):
        await walk.step()
        for case_id in walk.cases:
            holds(await standing(fresh_database, case_id), on)
    for case_id in walk.cases:
        seen = await walk.everybody_declines(case_id)
        holds(seen, on)
        on(seen.case["owner_organisation_id"] is not None or seen.pending[0]["organisation_id"] == NATIONAL, "the last rung")
        async with begin(fresh_database, OPERATOR, at=walk.at) as work:
            decisions, offers = await explain(work, case_id)
        on(len(decisions) == len(offers) == len(seen.offers), "a decision for every offer")
        on(all(one.replayed for one in decisions), "every decision replays")
