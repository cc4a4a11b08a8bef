"""Make shifts ahead: what the plans mean becomes the shifts of the directory, and whoever's shifts change hears it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.core import outbox
from app.core.spans import Span
from app.core.work import Row, Work
from app.directory.planned import Difference, KeptShift, PlannedShift
from app.directory.service import shifts as directory
from app.directory.service.look_up import local_day
from app.rosters import queries
from app.rosters.notices import notices
from app.rosters.plan import AHEAD, Plan, duties
from app.rosters.schedule import Duty
from app.rosters.service.people import people
from app.rosters.service.plans import locked, plans

AGAIN: Final = timedelta(days=1)  # ⚙ 2026-11: how often shifts are made ahead
SOON: Final = timedelta(microseconds=1)


async def make_ahead(work: Work, roster_ids: Sequence[UUID], *, reason: str, released: Sequence[Span] = ()) -> Difference:
    """Let the shifts of these rosters be what their plans mean, from now to ⚙ 12 weeks ahead. Again, it changes nothing.

    Shifts that have begun stay with whoever has them, unless an override says otherwise or they lie in a `released` span.
    """
    rows = await locked(work, roster_ids)
    if not rows:
        return Difference((), (), ())
    span = Span(work.at, work.at + AHEAD)
    found = await plans(work, rows)
    begun = await directory.shifts_on(work, found, Span(work.at, work.at + SOON))
    planned: list[PlannedShift] = []
    for roster_id, plan in found.items():
        held = held_of((one for one in begun if one.roster_id == roster_id), work.at, released)
        planned += await _named(work, plan, duties(plan, span, held))
    made = await directory.make_exactly(work, list(found), work.at, planned)
    binds = {"ids": list(found), "at": work.at, "until": span.end, "day": local_day(work.at), "again": work.at + AGAIN}
    await work.change(queries.MADE_AHEAD, **binds)
    await _tell(work, rows, made, reason)
    return made


def held_of(begun: Iterable[KeptShift], now: datetime, released: Sequence[Span] = ()) -> list[Duty]:
    """The shifts that have begun before `now`, and nobody released."""
    return [
        Duty(one.layer, one.span, one.participant_id)
        for one in begun
        if one.participant_id and one.span.start < now and not any(one.span.overlaps(span) for span in released)
    ]


async def _named(work: Work, plan: Plan, found: Iterable[Duty]) -> list[PlannedShift]:
    found = list(found)
    names = dict(plan.participants)
    if unknown := {duty.participant for duty in found} - names.keys():  # has begun, and is in no rotation any more
        names |= await people(work, unknown)
    return [PlannedShift(plan.roster_id, duty.layer, duty.span, duty.participant, names[duty.participant].name) for duty in found]


async def _tell(work: Work, rows: Sequence[Row], made: Difference, reason: str) -> None:
    known_until = {row["roster_id"]: row["generated_until"] for row in rows if row["generated_until"]}
    owner = {row["roster_id"]: row["organisation_id"] for row in rows}
    for notice in notices(made, known_until=known_until, now=work.at, reason=reason):
        outbox.record(work, notice, [owner[notice.roster_id]])
