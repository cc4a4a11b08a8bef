"""The calls that ring or go on: to answer, to go on with, to take over; who is to be rung back; and a new one by one key."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response

from app.callbacks import service as callbacks
from app.callbacks.promises import CallbackState
from app.callbacks.service import Callback
from app.console.call.visits import READS, Taking, names
from app.console.inbox.typed import number
from app.console.visiting import PageRoute, Visit, told_of
from app.core.errors import Problem
from app.intake.drafts import OPEN, Draft
from app.intake.schemas.asked import CallIn
from app.intake.service import draft as drafts
from app.intake.service.take_over import take_over

router = APIRouter(include_in_schema=False, route_class=PageRoute)

MOST: Final = 100
TAKEN_OVER: Final = "by the call screen"  # who it was, and from whom, is in the draft's history
CallId = Annotated[UUID, Path()]


@dataclass(frozen=True, slots=True)
class Calls:
    """Open calls, apart: those that ring, one's own, those of colleagues, and what was thrown away within a day.

    `promised`: who is to be rung back, those that may be rung now before those that were just tried, overdue first.
    """

    ringing: list[Draft]
    promised: list[Callback]
    mine: list[Draft]
    others: list[Draft]
    thrown_away: list[Draft]


@router.api_route("/call", methods=READS)
async def calls_page(visit: Taking) -> Response:
    """All of them, and a new one."""
    return await _listed(visit, "call/list.html")


@router.api_route("/call/list", methods=READS)
async def calls_part(visit: Taking) -> Response:
    """The list alone, for a script that keeps it true."""
    return await _listed(visit, "call/parts/list.html")


@router.post("/call")
async def new_call(visit: Taking) -> Response:
    """Open a call, and go to it."""
    opened: list[Draft] = []

    async def open_one(work: Any) -> None:
        opened.append(drafts.open_draft(work, CallIn()))

    if fault := await visit.attempt(open_one):
        return await _listed(visit, "call/list.html", fault)
    return RedirectResponse(f"/call/{opened[0].id}", 303)


@router.post("/call/{call_id}/answer")
async def answer(call_id: CallId, visit: Taking) -> Response:
    """Answer a call that rings; of two who do, one has it, and the other hears so."""
    fault = await visit.attempt(lambda work: drafts.answer(work, call_id))
    return await _gone_to(visit, call_id, fault)


@router.post("/call/{call_id}/takeover")
async def take(call_id: CallId, visit: Taking) -> Response:
    """Take a call over that a colleague has."""
    fault = await visit.attempt(lambda work: take_over(work, call_id, version=None, reason=TAKEN_OVER))
    return await _gone_to(visit, call_id, fault)


@router.post("/call/{call_id}/resume")
async def resume(call_id: CallId, visit: Taking) -> Response:
    """Take up again what was thrown away."""
    fault = await visit.attempt(lambda work: drafts.resume(work, call_id, number(visit.sent["version"])))
    return await _gone_to(visit, call_id, fault)


async def _gone_to(visit: Visit, call_id: UUID, fault: Problem | None) -> Response:
    return await _listed(visit, "call/list.html", fault) if fault else RedirectResponse(f"/call/{call_id}", 303)


async def _listed(visit: Visit, template: str, fault: Problem | None = None) -> Response:
    found = (await drafts.drafts(visit.work, after=None, limit=MOST)).items
    gone = (await drafts.drafts(visit.work, after=None, limit=MOST, states={"abandoned"})).items
    active = [one for one in found if one.state != "ringing"]
    promised = (await callbacks.page(visit.work, state=CallbackState.OPEN, after=None, limit=MOST)).items
    mine, at = visit.account.id, visit.work.at
    calls = Calls(
        ringing=[one for one in found if one.state == "ringing"],
        promised=sorted(promised, key=lambda one: (bool(one.next_attempt_at and one.next_attempt_at > at), one.due_at)),
        mine=[one for one in active if one.key == mine],
        others=[one for one in active if one.key != mine],
        thrown_away=[one for one in gone if one.destroy_at and one.destroy_at > at],
    )
    status = fault.status if fault else 200
    return visit.page(template, status=status, calls=calls, names=await names(visit), fault=fault, told=told_of, open=OPEN)
