"""Rosters to sign up for: open slots by a pattern, and who takes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.core.errors import FieldError, Invalid, NotFound, Refused
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import Work
from app.directory.rotations import Rotation, turns
from app.rosters import queries, tables
from app.rosters.service.ahead import SOON, make_ahead
from app.rosters.service.people import usable
from app.rosters.service.plans import own_plan, rotation_of

AHEAD: Final = timedelta(days=366)


class SlotFull(Refused):
    """All seats are taken."""

    slug, title = "slot-full", "Nobody more is needed in this slot"


class NotQualified(Refused):
    """The slot asks for a qualification that the participant lacks."""

    slug, title = "not-qualified", "The participant lacks the qualification for this slot"


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody takes a seat."""

    id: UUID
    participant_id: UUID
    seat: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A span in which people are wanted, and who signed up."""

    rotation: Rotation
    span: Span
    taken: tuple[SignUp, ...]


async def slots(work: Work, roster_id: UUID, span: Span) -> list[Slot]:
    """The slots of a roster that touch a span, in order of time.

    Raises:
        NotFound: this organisation has no such roster.
    """
    await own_plan(work, roster_id)
    rotations = [rotation_of(row) for row in await work.rows(queries.ROTATIONS, ids=[roster_id])]
    taken: dict[tuple[UUID, datetime], list[SignUp]] = {}
    for row in await work.rows(queries.SIGN_UPS, ids=[roster_id], starts_at=span.start, ends_at=span.end):
        one = SignUp(row["id"], row["participant_id"], row["seat"])
        taken.setdefault((row["rotation_id"], row["starts_at"]), []).append(one)
    found = [
        Slot(rotation, turn.span, tuple(taken.get((rotation.id, turn.span.start), ())))
        for rotation in rotations
        if rotation.seats
        for turn in turns(rotation, span)
    ]
    return sorted(found, key=lambda slot: slot.span)


async def sign_up(work: Work, roster_id: UUID, rotation_id: UUID, starts_at: datetime, participant_id: UUID) -> Slot:
    """Take a seat for a participant; it is a shift at once.

    Raises:
        NotFound: this organisation has no such roster.
        Invalid: no slot to come begins then, or a participant that is not known or takes no shifts any more.
        SlotFull, NotQualified, Refused: no seat is free; a qualification is lacking; they have a seat already.
    """
    plan = await own_plan(work, roster_id, lock=True)
    slot = await _slot(work, roster_id, rotation_id, starts_at)
    who = (await usable(work, plan["organisation_id"], [participant_id], "/participantId"))[participant_id]
    wanted = slot.rotation.qualification
    if wanted and wanted not in who.qualifications:
        raise NotQualified(f"This slot is for who is qualified for {wanted}. Nothing was changed.")
    if participant_id in {one.participant_id for one in slot.taken}:
        raise Refused("This participant has a seat in this slot already. Nothing was changed.")
    free = sorted(set(range(1, slot.rotation.seats + 1)) - {one.seat for one in slot.taken})
    if not free:
        raise SlotFull(f"All {slot.rotation.seats} seats are taken. GET /v1/rosters/{{id}}/slots shows where somebody is wanted.")
    work.write(
        tables.sign_up,
        id=new_id(work.at),
        rotation_id=rotation_id,
        roster_id=roster_id,
        organisation_id=plan["organisation_id"],
        participant_id=participant_id,
        span=f"[{slot.span.start.isoformat()},{slot.span.end.isoformat()})",
        seat=free[0],
        made_at=work.at,
    )
    await work.flush()
    await make_ahead(work, [roster_id], reason="signed_up")
    return await _slot(work, roster_id, rotation_id, starts_at)


async def withdraw(work: Work, sign_up_id: UUID, *, of_roster: UUID | None = None) -> None:
    """Give a seat back before the slot begins; somebody else may take it.

    Raises:
        NotFound: this organisation has no such sign-up, or `of_roster` has not.
        Refused: the slot has begun.
    """
    row = await work.one(queries.SIGN_UP, sign_up_id=sign_up_id)
    if row is None or of_roster not in {None, row["roster_id"]}:
        raise NotFound("Your organisation has no such sign-up. GET /v1/rosters/{id}/slots shows them.")
    await own_plan(work, row["roster_id"], lock=True)
    if row["span"].lower <= work.at:
        raise Refused("This slot has begun. POST /v1/shifts/{id}/takeover gives what is left of it to somebody else.")
    await work.change(queries.REMOVE_SIGN_UP, sign_up_id=sign_up_id)
    await make_ahead(work, [row["roster_id"]], reason="sign_up_withdrawn")


async def _slot(work: Work, roster_id: UUID, rotation_id: UUID, starts_at: datetime) -> Slot:
    ahead = work.at < starts_at < work.at + AHEAD
    found = await slots(work, roster_id, Span(starts_at, starts_at + SOON)) if ahead else []
    for slot in found:
        if slot.rotation.id == rotation_id and slot.span.start == starts_at:
            return slot
    fault = FieldError("/startsAt", "slot", "Name a slot of this rotation that begins within a year, by its own start.")
    raise Invalid("There is no such slot to come. GET /v1/rosters/{id}/slots shows them.", errors=[fault])
