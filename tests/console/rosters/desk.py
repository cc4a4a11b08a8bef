"""A crisis service that alone serves a municipality, with a roster and somebody who signed in to plan it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from app.core import clock
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import begin
from app.directory.planned import KeptShift
from app.identity.may import SCOPES_OF
from app.rosters.service import participants, rosters, shown
from tests.console.signed_in import SignedIn, signed_in
from tests.rosters.planning import a_provider, local

PLACE: Final = "GM0392"  # Haarlem
NOON: Final = datetime(2026, 11, 24, 11, tzinfo=UTC)  # a Tuesday, in week 48
EVERY_DAY: Final = {
    "unit": "day",
    "every": 1,
    "hand_over": time(8),
    "starts_on": date(2026, 1, 5),
    "ends_on": None,
    "weekdays": list(range(1, 8)),
    "day_from": None,
    "day_to": None,
    "seats": 0,
    "qualification": None,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The roster, whose it is, who is on it by name, and who plans it."""

    database: Database
    organisation: UUID
    roster: UUID
    people: dict[str, UUID]
    who: SignedIn

    @property
    def path(self) -> str:
        """Where its weeks are."""
        return f"/rosters/{self.roster}"

    @property
    def actor(self) -> Actor:
        """Who plans it, for what a test reads."""
        return Actor(self.organisation, Role.PLANNER, None, SCOPES_OF["planner"])

    async def shifts(self, start: str, end: str) -> list[KeptShift]:
        """Its shifts between two local moments."""
        async with begin(self.database, self.actor) as work:
            span = Span(local(start), local(end))
            return (await shown.final_schedule(work, self.roster, span)).shifts

    async def shift_at(self, moment: str, layer: int = 1) -> KeptShift:
        """The shift that runs at a local moment."""
        found = await self.shifts(moment, moment[:-1] + "1")
        return next(one for one in found if one.layer == layer)

    async def names(self, start: str, end: str) -> list[str]:
        """Who has those shifts, in order of time."""
        return [one.participant for one in sorted(await self.shifts(start, end), key=lambda one: one.span)]


async def a_desk(
    database: Database,
    names: Sequence[str] = ("Anna", "Bram", "Carla"),
    rotations: Sequence[dict[str, Any]] | None = None,
    *,
    alone: bool = False,
    title: str = "Crisisdienst test",
) -> Desk:
    """Daily turns of the first two at eight o'clock, unless other `rotations` are named (participants by place).

    `alone`: nobody else serves Haarlem's crises; for a database of the test's own.
    """
    organisation, service = await a_provider(database)
    if alone:
        async with begin(database, WORKER) as work:
            others = "SELECT id FROM service WHERE kind = 'crisis'"
            await work.change(
                text(f"DELETE FROM service_area WHERE municipality_code = :code AND service_id IN ({others})"), code=PLACE
            )
            await work.change(
                text("INSERT INTO service_area (service_id, municipality_code) VALUES (:service, :code)"),
                service=service,
                code=PLACE,
            )
    who = await signed_in(database, organisation, "planner", "Roos van Plan")
    async with begin(database, Actor(organisation, Role.PLANNER, None, SCOPES_OF["planner"])) as work:
        made = [participants.add_participant(work, {"name": one, "phone": "+31 20 1234567"}) for one in names]
        await work.flush()
        usual: list[dict[str, Any]] = [{"layer": 1, "name": "dag en nacht", "participants": [0, 1]}]
        told = [
            EVERY_DAY | one | {"participants": [made[place].id for place in one["participants"]]} for one in rotations or usual
        ]
        new = {"service_id": service, "name": title, "kind": "rotation", "area": None, "confirms": False}
        roster = await rosters.add_roster(work, new, told)
    return Desk(database, organisation, roster.roster.id, {one.name: one.id for one in made}, who)


def start_at(moment: datetime) -> None:
    """Let the domain's clock go on from a moment: the later of two changes counts, so it must not stand."""
    clock.run_at(clock.Pace(clock.wall(), moment, 1.0))


def an_id() -> UUID:
    """An id of nothing."""
    return new_id(clock.wall())
