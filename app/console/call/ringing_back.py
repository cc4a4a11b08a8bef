"""Promises to ring back: one is taken on, rung, and what came of it is said. Whom to ring is told to whoever takes it on."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response

from app.callbacks import service as callbacks
from app.callbacks.promises import ENOUGH_ATTEMPTS, Reason, RingResult
from app.console.call.visits import READS, Taking, names
from app.console.inbox.typed import number
from app.console.visiting import PageRoute, Visit, told_of
from app.core.errors import Invalid, Problem
from app.core.work import Work
from app.intake.codes import Anonymity
from app.intake.schemas.asked import CallIn
from app.intake.service import draft as drafts

router = APIRouter(include_in_schema=False, route_class=PageRoute)

CallbackId = Annotated[UUID, Path()]
REASONS: Final = (
    Reason.RANG_AGAIN, Reason.NO_LONGER_NEEDED, Reason.NOT_REACHED, Reason.WRONG_NUMBER, Reason.ENTERED_IN_ERROR,
)  # fmt: skip
NOTHING_TOLD: Final[dict[str, Any]] = {}


@router.api_route("/call/callbacks/{callback_id}", methods=READS)
async def callback_page(callback_id: CallbackId, visit: Taking) -> Response:
    """When, why and how often it was tried; whom to ring only after taking it on."""
    return await _shown(visit, callback_id)


@router.post("/call/callbacks/{callback_id}/claim")
async def claim_callback_page(callback_id: CallbackId, visit: Taking) -> Response:
    """Take one on for ten minutes, and see whom to ring; the look is logged. No address leads back to the number."""
    told: dict[str, Any] = {}

    async def claim(work: Work) -> None:
        _, contents = await callbacks.claim(work, callback_id)
        told.update(contents)

    fault = await visit.attempt(claim)
    return await _shown(visit, callback_id, fault, told)


@router.post("/call/callbacks/{callback_id}/attempt")
async def attempt_callback(callback_id: CallbackId, visit: Taking) -> Response:
    """Say what came of ringing; who was reached is in a new call, with what is known."""
    version, begun = number(visit.sent["version"]), list[UUID]()

    async def note(work: Work) -> None:
        if (said := visit.sent["result"]) not in set(RingResult):
            raise Invalid("This was not sent by a page of ours. Reload the page, and send it again.")
        result = RingResult(said)
        if result is RingResult.REACHED:
            _, told = await callbacks.claim(work, callback_id)
            begun.append(drafts.open_draft(work, _call_with(told)).id)
            await callbacks.attempt(work, callback_id, version + 1, result, begun[0])  # taking it on was a change
        else:
            await callbacks.attempt(work, callback_id, version, result, None)

    if fault := await visit.attempt(note):
        return await _shown(visit, callback_id, fault)
    there = f"/call/{begun[0]}?done=call_ring_reached" if begun else f"/call?done=call_ring_{visit.sent['result']}"
    return RedirectResponse(there, 303)


@router.post("/call/callbacks/{callback_id}/close")
async def close_callback_page(callback_id: CallbackId, visit: Taking) -> Response:
    """Ring no more, for a reason."""

    async def close(work: Work) -> None:
        if (reason := visit.sent["reason"]) not in set(REASONS):
            raise Invalid("Choose a reason of the list.")
        await callbacks.close(work, callback_id, number(visit.sent["version"]), Reason(reason))

    if fault := await visit.attempt(close):
        return await _shown(visit, callback_id, fault)
    return RedirectResponse("/call?done=call_ring_closed", 303)


def _call_with(told: dict[str, Any]) -> CallIn:
    """A new call with whoever was rung back. Who they are stays with the desk, until they say otherwise."""
    known = {name: told.get(name) for name in ("name", "bestTime", "language")}
    caller = {"anonymity": Anonymity.KNOWN_TO_DESK_ONLY, "phone": told["number"], "interpreter": told.get("interpreter", False)}
    return CallIn.model_validate({"caller": known | caller, "neededNow": told.get("note")})


async def _shown(visit: Visit, callback_id: UUID, fault: Problem | None = None, whom: dict[str, Any] = NOTHING_TOLD) -> Response:
    found, attempts = await callbacks.get(visit.work, callback_id)
    return visit.page(
        "call/callback.html",
        status=fault.status if fault else 200,
        one=found,
        attempts=attempts,
        whom=whom,
        ringing="" if not found.is_claimed(visit.work.at) else (await names(visit)).get(str(found.claimed_by), "?"),
        is_mine=found.claimed_by == visit.account.id and found.is_claimed(visit.work.at),
        reasons=[one for one in REASONS if one is not Reason.NOT_REACHED or found.attempts >= ENOUGH_ATTEMPTS],
        fault=fault,
        told=told_of,
    )
