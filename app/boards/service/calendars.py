"""Calendars of deadlines, each under a secret address that can be withdrawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.boards import queries, tables
from app.boards.deadlines import entries_of, entries_of_others
from app.boards.rows import Shown, of_item
from app.cases import service as cases
from app.cases.case import Wanted
from app.core import clock
from app.core.actor import GATE, Actor, Role
from app.core.db import Database
from app.core.errors import NotFound
from app.core.ical import calendar_of
from app.core.ids import new_id
from app.core.work import Work, begin
from app.followup.service import duties
from app.identity.tokens import is_secret_of, new_secret

MOST_CASES: Final = 300  # ⚙ the soonest: a calendar with more is no help
AHEAD: Final = timedelta(weeks=26)  # ⚙


@dataclass(frozen=True, slots=True)
class DeadlineCalendar:
    """A calendar of an organisation's deadlines, or of those of one coordinator; its secret is nowhere."""

    id: UUID
    coordinator: str | None
    made_at: datetime


def make(work: Work, coordinator: str | None) -> tuple[DeadlineCalendar, str]:
    """A new address for the deadlines of this organisation, which can't be had again."""
    made = DeadlineCalendar(new_id(clock.wall()), coordinator, work.at)
    secret, digest = new_secret()
    work.write(
        tables.deadline_calendar, id=made.id, organisation_id=work.organisation, coordinator=coordinator, digest=digest,
        made_at=work.at,
    )  # fmt: skip
    return made, f"{work.database.settings.base_url}/v1/deadline-calendars/{made.id}/{secret}.ics"


async def calendars(work: Work) -> list[DeadlineCalendar]:
    """The calendars of this organisation that were not withdrawn, oldest first."""
    return [DeadlineCalendar(row["id"], row["coordinator"], row["made_at"]) for row in await work.rows(queries.CALENDARS)]


async def withdraw(work: Work, calendar_id: UUID) -> None:
    """Let an address show nothing any more.

    Raises:
        NotFound: this organisation has no such calendar.
    """
    if not await work.change(queries.WITHDRAW_CALENDAR, calendar_id=calendar_id, at=work.at):
        raise NotFound("Your organisation has no such calendar. GET /v1/deadline-calendars lists them.")


async def calendar(database: Database, calendar_id: UUID, secret: str) -> bytes:
    """The calendar at a secret address, for whoever knows it.

    Raises:
        NotFound: unknown, withdrawn, or the wrong secret; which of them is not told.
    """
    async with begin(database, GATE) as work:
        row = await work.one(queries.CALENDAR, calendar_id=calendar_id)
    fits = is_secret_of(secret, bytes(row["digest"]) if row else None)
    if row is None or not fits or row["withdrawn_at"]:
        raise NotFound("There is no calendar at this address (any more). Ask your organisation for a new one.")
    async with begin(database, Actor(row["organisation_id"], Role.DESK)) as work:
        return await _told(work, calendar_id, row["coordinator"])


async def _told(work: Work, calendar_id: UUID, coordinator: str | None) -> bytes:
    mine = await cases.by_deadline(work, Wanted(coordinator=coordinator, due_by=work.at + AHEAD), None, MOST_CASES)
    situations = await duties.situations(work, mine)
    entries = [entry for case in mine if case.id in situations for entry in entries_of(case, situations[case.id])]
    if coordinator is None:
        entries += entries_of_others(await _in_the_cases_of_others(work))
    return calendar_of("Nodus" if coordinator is None else f"Nodus: {coordinator}", calendar_id, "Deadlines", entries)


async def _in_the_cases_of_others(work: Work) -> list[Shown]:
    items = await duties.assigned(work, None, MOST_CASES)
    known = {case.id: case for case in await cases.some(work, sorted({one.case_id for one in items}))}
    shown = (Shown(of_item(one), known[one.case_id]) for one in items if one.case_id in known)
    return [one for one in shown if one.case.owner != work.organisation]
