"""Ask whoever has a shift to confirm it before it begins; when they don't, ask the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core import outbox
from app.core.errors import Refused
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import Row, Work
from app.directory.planned import KeptShift
from app.directory.service import shifts as directory
from app.directory.service.look_up import national_desks
from app.rosters import queries, tables
from app.rosters.confirmations import ASK_BEFORE, confirm_by, next_to_ask
from app.rosters.events import ConfirmationAsked, ShiftUnconfirmed
from app.rosters.service.ahead import SOON
from app.rosters.service.people import people
from app.rosters.service.plans import locked, own_plan, plans
from app.rosters.service.takeover import take_over


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody was asked to confirm a shift, or confirmed it unasked; `place` 1 had it, the others were asked after that."""

    participant_id: UUID
    place: int
    asked_at: datetime
    confirmed_at: datetime | None


async def to_ask(work: Work) -> Sequence[UUID]:
    """The shifts that begin within ⚙ an hour, and whose participants were not asked yet."""
    coming = await directory.shifts_starting(work, work.at, work.at + ASK_BEFORE)
    if not coming:
        return []
    asking = {row["roster_id"] for row in await work.rows(queries.CONFIRMING, ids=[one.roster_id for one in coming])}
    asked = await work.rows(queries.ASKED, ids=[one.id for one in coming])
    seen = {(row["shift_id"], row["participant_id"]) for row in asked}
    return [one.id for one in coming if one.roster_id in asking and (one.id, one.participant_id) not in seen]


async def ask(work: Work, shift_id: UUID) -> None:
    """Ask whoever has a shift; nothing when it is gone, has begun, or they were asked meanwhile."""
    if shift_id not in await to_ask(work):
        return
    shift = await directory.shift(work, shift_id)
    plan = (await locked(work, [shift.roster_id]))[0]
    if shift_id in await to_ask(work) and shift.participant_id:
        _ask(work, plan, shift, shift.participant_id, place=1)


async def unanswered(work: Work) -> Sequence[UUID]:
    """The confirmations whose time has run out, those longest due first."""
    return [row["id"] for row in await work.rows(queries.PASS_ON_DUE, at=work.at)]


async def pass_on(work: Work, confirmation_id: UUID) -> None:
    """Nobody confirmed: planner and national desk hear it, and the next is asked; nothing when somebody did meanwhile."""
    row = await work.one(queries.CONFIRMATION_LOCKED, confirmation_id=confirmation_id)
    if row is None or row["pass_on_at"] is None or row["pass_on_at"] > work.at:
        return
    await work.change(queries.NOT_WAITED_FOR, of_shift=row["shift_id"])
    shift = await directory.shift(work, row["shift_id"])
    if shift.span.end <= work.at:
        return
    plan = await own_plan(work, row["roster_id"])
    asked = [one["participant_id"] for one in await work.rows(queries.CONFIRMATIONS, shift_id=shift.id)]
    after = await _next(work, plan, shift, [*asked, *([shift.participant_id] if shift.participant_id else [])])
    event = ShiftUnconfirmed(
        roster_id=row["roster_id"],
        shift_id=shift.id,
        participant_id=row["participant_id"],
        next_participant_id=after,
        starts_at=shift.span.start,
    )
    outbox.record(work, event, [row["organisation_id"], *await national_desks(work)])
    if after:
        _ask(work, plan, shift, after, place=row["place"] + 1)


async def confirm(work: Work, shift_id: UUID, participant_id: UUID | None) -> list[Confirmation]:
    """Somebody will be there: who has the shift, or who was asked after them, and then it is theirs.

    Raises:
        NotFound: no such shift, or not on a roster of this organisation.
        Refused: the shift is over, or they were not asked.
    """
    plan = await own_plan(work, (await directory.shift(work, shift_id)).roster_id, lock=True)
    shift = await directory.shift(work, shift_id)
    rows = await work.rows(queries.CONFIRMATIONS, shift_id=shift_id)
    who = participant_id or shift.participant_id
    if shift.span.end <= work.at or who is None:
        raise Refused("This shift is over, or nobody known has it. Nothing was changed.")
    asked = {row["participant_id"] for row in rows}
    if who not in asked | {shift.participant_id}:
        raise Refused("This participant neither has the shift nor was asked for it. POST …/takeover gives it to them.")
    if who not in asked:
        _write(work, plan, shift, who, place=1, pass_on_at=None)
        await work.flush()
    await work.change(queries.CONFIRM, shift_id=shift_id, participant_id=who, at=work.at, key=work.actor.key)
    await work.change(queries.NOT_WAITED_FOR, of_shift=shift_id)
    if who != shift.participant_id:
        await take_over(work, shift_id, who, "unreachable")
    return await confirmations(work, shift_id)


async def confirmations(work: Work, shift_id: UUID) -> list[Confirmation]:
    """Who was asked to confirm a shift, in order, and who did.

    Raises:
        NotFound: no such shift, or not on a roster of this organisation.
    """
    await own_plan(work, (await directory.shift(work, shift_id)).roster_id)
    kept = ("participant_id", "place", "asked_at", "confirmed_at")
    rows = await work.rows(queries.CONFIRMATIONS, shift_id=shift_id)
    return [Confirmation(**{key: row[key] for key in kept}) for row in rows]


async def _next(work: Work, plan: Row, shift: KeptShift, asked: Sequence[UUID]) -> UUID | None:
    start = Span(shift.span.start, shift.span.start + SOON)
    below = await directory.shifts_on(work, [shift.roster_id], start)
    meant = (await plans(work, [plan]))[shift.roster_id]
    known = await people(work, [one.participant_id for one in below if one.participant_id])
    found = {one.id: one for one in (*meant.participants.values(), *known.values())}
    busy = await work.rows(queries.BUSY, ids=sorted(found), starts_at=start.start, ends_at=start.end)
    elsewhere = [one.participant_id for one in await directory.shifts_of(work, found, start) if one.layer >= shift.layer]
    away = [*(row["participant_id"] for row in busy), *(one for one in elsewhere if one)]
    return next_to_ask(meant, shift, below, [*asked, *away])


def _ask(work: Work, plan: Row, shift: KeptShift, participant_id: UUID, *, place: int) -> None:
    until = confirm_by(shift.span.start, work.at)
    _write(work, plan, shift, participant_id, place=place, pass_on_at=until)
    event = ConfirmationAsked(
        roster_id=shift.roster_id,
        shift_id=shift.id,
        participant_id=participant_id,
        place=place,
        starts_at=shift.span.start,
        confirm_by=until,
    )
    outbox.record(work, event, [plan["organisation_id"]])


def _write(work: Work, plan: Row, shift: KeptShift, participant_id: UUID, *, place: int, pass_on_at: datetime | None) -> None:
    work.write(
        tables.shift_confirmation,
        id=new_id(work.at),
        shift_id=shift.id,
        roster_id=shift.roster_id,
        organisation_id=plan["organisation_id"],
        participant_id=participant_id,
        place=place,
        asked_at=work.at,
        pass_on_at=pass_on_at,
    )
