"""Cases that are offered through the services themselves, at whatever moment a test wants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from app.cases import service as cases
from app.cases.service import NewCase
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.ids import new_id, reference_for
from app.core.work import Work, begin
from app.directory.service import look_up as directory
from app.routing import due
from app.routing.need import Need
from app.routing.service.offer import Asked, offer_first
from tests.makers import HOTLINE

OPERATOR: Final = Actor(organisation=HOTLINE, role=Role.OPERATOR)
OFFERS: Final = text("SELECT * FROM offer WHERE case_id = :case_id ORDER BY id")
CASE: Final = text("SELECT * FROM cases WHERE id = :case_id")
EVENTS: Final = text("SELECT recipient_id, type FROM event WHERE case_id = :case_id ORDER BY recipient_id, number")


def a_desk_of(organisation: UUID) -> Actor:
    """Somebody who answers offers for an organisation."""
    return Actor(organisation=organisation, role=Role.DESK)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands, seen by the worker."""

    case: Any
    offers: list[Any]
    events: list[tuple[UUID, str]]

    @property
    def pending(self) -> list[Any]:
        """The offers that wait for an answer."""
        return [one for one in self.offers if one["state"] == "pending"]

    @property
    def states(self) -> list[str]:
        """What became of the offers, oldest first."""
        return [one["state"] for one in self.offers]


async def an_offer(database: Database, municipality: str, need: Need, at: datetime) -> UUID:
    """The id of a case that was opened and offered at a moment."""
    case_id = new_id(at)
    async with begin(database, OPERATOR, at=at) as work:
        where = await directory.around(work, municipality)
        offered = offer_first(work, Asked(case_id, reference_for(case_id), (), HOTLINE), need, where)
        new = NewCase(
            case_id=case_id,
            reference=reference_for(case_id),
            urgency=need.urgency,
            flags=frozenset(),
            municipality_code=municipality,
            deadline_at=offered.decision.accept_by,
        )
        cases.open_case(work, new)
    return case_id


async def standing(database: Database, case_id: UUID) -> Standing:
    """Where the case stands now."""
    async with begin(database, WORKER) as work:
        [case] = await work.rows(CASE, case_id=case_id)
        offers = await work.rows(OFFERS, case_id=case_id)
        events = await work.rows(EVENTS, case_id=case_id)
    return Standing(case, list(offers), [(row["recipient_id"], row["type"]) for row in events])


async def look(database: Database, offer: Any, *, late: timedelta = timedelta(0)) -> datetime:
    """Let the worker meet an offer when its time has run out, or `late`; the moment of that."""
    at: datetime = offer["next_call_at"] + late
    async with begin(database, WORKER, at=at) as work:
        await due.act(work, offer["id"])
    return at


async def tell(database: Database, statement: str, **binds: object) -> int:
    """Change the directory, around the application."""
    async with begin(database, WORKER) as work:
        return await _changed(work, statement, binds)


async def _changed(work: Work, statement: str, binds: dict[str, object]) -> int:
    return await work.change(text(statement), **binds)
