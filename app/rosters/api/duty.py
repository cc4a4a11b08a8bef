"""Around a single shift: take it over, confirm it, sign up for it."""

from uuid import UUID

from fastapi import Response

from app.core.errors import Invalid, NotFound, Refused
from app.core.http import etag, problems, rooms_router
from app.identity.doors import DirectoryDoor
from app.rosters.api.rosters import LONGEST, USUAL, From, Until
from app.rosters.periods import period
from app.rosters.schemas.duty import ConfirmationIn, ConfirmationsOut, SignUpIn, SlotOut, SlotsOut, TakeoverIn
from app.rosters.schemas.overrides import OverrideOut
from app.rosters.service import confirmations, sign_ups
from app.rosters.service.sign_ups import NotQualified, SlotFull
from app.rosters.service.takeover import take_over

router = rooms_router("rosters")


@router.post("/shifts/{shift_id}/takeover", status_code=201, responses=problems(Invalid, NotFound, Refused))
async def take_over_shift(shift_id: UUID, body: TakeoverIn, work: DirectoryDoor, response: Response) -> OverrideOut:
    """From now on somebody else has this shift. It is a cover, and is withdrawn like one."""
    made = await take_over(work, shift_id, body.participant_id, body.reason)
    response.headers["ETag"] = etag(made.version)
    response.headers["Location"] = f"/v1/overrides/{made.override.id}"
    return OverrideOut.of(made)


@router.post("/shifts/{shift_id}/confirmation", responses=problems(Invalid, NotFound, Refused))
async def confirm_shift(shift_id: UUID, body: ConfirmationIn, work: DirectoryDoor) -> ConfirmationsOut:
    """Somebody will be there. Whoever was asked because another did not answer has the shift by this."""
    return ConfirmationsOut.of(await confirmations.confirm(work, shift_id, body.participant_id))


@router.get("/shifts/{shift_id}/confirmation", responses=problems(Invalid, NotFound))
async def read_confirmations(shift_id: UUID, work: DirectoryDoor) -> ConfirmationsOut:
    """Who was asked to confirm a shift, in order, and who did."""
    return ConfirmationsOut.of(await confirmations.confirmations(work, shift_id))


@router.get("/rosters/{roster_id}/slots", responses=problems(Invalid, NotFound))
async def list_slots(roster_id: UUID, work: DirectoryDoor, starts_at: From = None, ends_at: Until = None) -> SlotsOut:
    """The slots of a roster of kind sign_up, and who signed up, for at most 100 days."""
    start = starts_at or work.at
    found = await sign_ups.slots(work, roster_id, period(start, ends_at or start + USUAL, LONGEST))
    return SlotsOut(items=[SlotOut.of(one) for one in found])


@router.post(
    "/rosters/{roster_id}/sign-ups", status_code=201, responses=problems(Invalid, NotFound, SlotFull, NotQualified, Refused)
)
async def sign_up(roster_id: UUID, body: SignUpIn, work: DirectoryDoor) -> SlotOut:
    """Take a seat in a slot for a participant; it is a shift at once."""
    starts_at = period(body.starts_at, body.starts_at + USUAL, USUAL).start
    return SlotOut.of(await sign_ups.sign_up(work, roster_id, body.rotation_id, starts_at, body.participant_id))


@router.delete("/sign-ups/{sign_up_id}", status_code=204, responses=problems(Invalid, NotFound, Refused))
async def withdraw_sign_up(sign_up_id: UUID, work: DirectoryDoor) -> None:
    """Give a seat back before its slot begins."""
    await sign_ups.withdraw(work, sign_up_id)
