"""A call that has ended: what to tell the caller, what happens next, and taking it back at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.callbacks import service as callbacks
from app.callbacks.promises import CallbackState
from app.callbacks.service import Callback
from app.cases import service as cases
from app.console.call.listing import MOST, CallId
from app.console.call.visits import READS, Taking
from app.console.visiting import PageRoute, Visit, told_of
from app.core.errors import Gone, NotFound, Problem
from app.core.work import Work
from app.intake.amending import WITHOUT_REASON
from app.intake.calls import Call
from app.intake.drafts import OPEN
from app.intake.schemas.asked import CallIn
from app.intake.service import draft as drafts
from app.intake.service import hand_offs, in_error, read
from app.routing.offers import OfferState
from app.routing.service.explain import explain
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class End:
    """What a call came to. `receiver` is asked until `accept_by`; `left`: who is still to be rung, with their numbers.

    `promised`: the caller is rung back, and by when.
    """

    call: Call
    case_reference: str = ""
    receiver: str = ""
    rung: str = ""
    accept_by: datetime | None = None
    accepted: bool = False
    left: Sequence[Any] = ()
    promised: Callback | None = None

    @property
    def withdrawable_until(self) -> datetime | None:
        """Until when it can be taken back without a reason."""
        return self.call.completed_at + WITHOUT_REASON if self.call.completed_at and not self.call.in_error_at else None


@router.api_route("/call/{call_id}/ended", methods=READS)
async def ended_page(call_id: CallId, visit: Taking) -> Response:
    """What became of it."""
    return await ended(visit, call_id)


@router.post("/call/{call_id}/withdraw")
async def withdraw(call_id: CallId, visit: Taking) -> Response:
    """Take a call back that was just sent, and go on with all that was typed in a new one."""
    again: list[UUID] = []

    async def take_back(work: Work) -> None:
        call = await read.call_in_codes(work, call_id)
        _, contents = await read.contents(work, call_id, Purpose.TRIAGE)
        await in_error.mark(work, call_id, call.version, None)
        again.append(drafts.open_draft(work, CallIn.model_validate(contents)).id)

    if fault := await visit.attempt(take_back):
        return await ended(visit, call_id, fault)
    return RedirectResponse(f"/call/{again[0]}?done=call_withdrawn", 303)


async def ended(visit: Visit, call_id: UUID, fault: Problem | None = None) -> Response:
    """The page of a call that is no draft any more.

    Raises:
        NotFound: there is no such call of this organisation.
    """
    end = await _end(visit.work, call_id)
    if end.call.state in OPEN:
        return RedirectResponse(f"/call/{call_id}", 303)
    return visit.page("call/ended.html", status=fault.status if fault else 200, end=end, fault=fault, told=told_of)


async def _end(work: Work, call_id: UUID) -> End:
    end = End(await read.call_in_codes(work, call_id))
    case_id = end.call.case_of_its_own or end.call.joined_case_id
    if end.call.state != "completed" or end.call.in_error_at:
        return end
    try:
        _, left = await hand_offs.listed(work, call_id, Purpose.TRIAGE)
        end = replace(end, left=left)
    except Gone:  # what was told is destroyed: who was proposed is too
        pass
    if case_id is None:
        open_ones = await callbacks.page(work, state=CallbackState.OPEN, after=None, limit=MOST)
        return replace(end, promised=next((one for one in open_ones.items if one.call_id == call_id), None))
    try:
        case = await cases.get(work, case_id)
        decisions, offers = await explain(work, case_id)
    except NotFound:  # it joined a case of others
        return end
    names = {line["organisation_id"]: line["name"] for one in decisions for line in one.lines}
    offer = next((one for one in offers[::-1] if one.state in {OfferState.PENDING, OfferState.ACCEPTED}), None)
    if offer is None:
        return replace(end, case_reference=case.reference)
    return replace(
        end,
        case_reference=case.reference,
        receiver=names.get(str(offer.organisation), ""),
        rung=offer.rung,
        accept_by=offer.accept_by,
        accepted=offer.state is OfferState.ACCEPTED,
    )
