"""Calls on the line: what exchanges tell, who rings at which extension, how long people wait."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from app.core.errors import Gone, Invalid, NotFound
from app.core.http import AskedMoment, problems, rooms_router
from app.identity.doors import CallReader, IntakeDoor
from app.telephony import links
from app.telephony.api.systems import AtExtension
from app.telephony.doors import ExchangeDoor
from app.telephony.schemas.events import (
    PhoneCallContents,
    PhoneCallOut,
    PhoneEventIn,
    PhoneEventOut,
    PhoneTransferOut,
    ScreenOut,
)
from app.telephony.schemas.waiting import WaitingOut
from app.telephony.service import screens, taking, waiting
from app.vault.purpose import Purpose

router = rooms_router("telephony")
A_DAY: Final = timedelta(days=1)
OFF: Final = "The clock of this exchange is {seconds:.0f} s {way} ours: set it right. Waiting times hold all the same."
UNKNOWN: Final = "Nothing said yet that this call rang. It is kept, and matched when call.offered comes."
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
From = Annotated[AskedMoment | None, Query(alias="from", description="Default: a day before `until`")]
Until = Annotated[AskedMoment | None, Query(description="Default: now; at most 92 days after `from`")]


@router.post("/telephone-systems/{system_id}/events", status_code=202, responses=problems(Invalid))
async def take_phone_event(system_id: UUID, body: PhoneEventIn, sender: ExchangeDoor) -> PhoneEventOut:  # noqa: ARG001  the door reads it
    """Tell what happens to a call: signed by Standard Webhooks, in any order, as often as you like (`webhook-id` tells repeats).

    `call.offered` opens a draft that rings; the answer holds its link. An event of a call that nothing is known of is kept too.
    """
    work, system = sender.work, sender.system
    taken = await taking.take(work, system, body.call, body.told(sender.message), body.private())
    seconds, notes = taken.skew.seconds, []
    if taken.skew.is_large and seconds:
        notes.append(OFF.format(seconds=abs(seconds), way="behind" if seconds > 0 else "ahead of"))
    if taken.draft is None:
        notes.append(UNKNOWN)
    return PhoneEventOut(
        state=taken.state,
        draft=taken.draft,
        link=links.link(system.link, work.database.settings.base_url, taken.draft) if taken.draft else None,
        repeated=taken.repeated,
        skew_seconds=seconds,
        note=" ".join(notes) or None,
    )


@router.get("/telephone-systems/{system_id}/screens/{extension}", responses=problems(Invalid, NotFound))
async def read_screen(system_id: UUID, extension: AtExtension, work: CallReader) -> ScreenOut:
    """Which call rings, or is spoken, at an extension now, with the link to its draft."""
    system, found = await screens.screen(work, system_id, extension)
    base = work.database.settings.base_url
    items = [
        PhoneCallOut.model_validate(one, from_attributes=True).model_copy(
            update={"link": links.link(system.link, base, one.draft) if one.draft else None}
        )
        for one in found
    ]
    return ScreenOut(items=items)


@router.get("/telephony/calls/{call_id}", responses=problems(Invalid, NotFound, Gone))
async def read_phone_call(call_id: UUID, purpose: Why, work: IntakeDoor) -> PhoneCallContents:
    """What the exchange told of a call or draft: its times, the caller's number, transfers. The look is logged."""
    call, number, transfers = await screens.of_call(work, call_id, purpose)
    return PhoneCallContents(
        call=PhoneCallOut.model_validate(call, from_attributes=True),
        number=number,
        transfers=[PhoneTransferOut.model_validate(one, from_attributes=True) for one in transfers],
    )


@router.get("/telephony/waiting", responses=problems(Invalid))
async def read_waiting(work: CallReader, starts: From = None, until: Until = None) -> WaitingOut:
    """How long people waited for your organisation and how many got nobody, by the hour; and who waits now."""
    end = until or work.at
    return WaitingOut.of(await waiting.waiting(work, starts or end - A_DAY, end))
