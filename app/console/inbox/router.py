"""The inbox: see what is asked, accept or decline it, and see what is next in one's own cases."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.cases import service as cases
from app.cases.references import ReferenceMisread, reference_heard
from app.console.inbox.alerts import own_side
from app.console.inbox.asked import DECLINING, asked
from app.console.inbox.board import BOARDS, NARROWED, URGENCIES, Chosen, board
from app.console.inbox.handing_on import router as handing_on
from app.console.inbox.typed import identifier, number, one_line
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.console.words import LANGUAGES
from app.core.actor import Role
from app.core.errors import Invalid, NotFound, Problem
from app.core.work import Work
from app.directory.service import look_up as directory
from app.routing.offers import DeclineReason, Offer, OfferState
from app.routing.service import answer
from app.routing.service.answer import OfferEnded
from app.team.membership import EndReason
from app.team.service import members

router = APIRouter(include_in_schema=False, route_class=PageRoute)
router.routes.extend(handing_on.routes)

Desk = Annotated[Visit, Depends(visiting(Role.DESK, Role.SUPERVISOR), scope="function")]
READS: Final = ["GET", "HEAD"]
A_DOUBLE_CLICK: Final = timedelta(seconds=10)  # ⚙ whoever accepts what was accepted so short ago is not told off
COORDINATOR: Final = 200  # as the API has it
LONGEST: Final = 64


@router.api_route("/inbox", methods=READS)
async def inbox(visit: Desk) -> Response:
    """All of it."""
    return await _inbox(visit, Chosen.of(visit.request.query_params))


@router.post("/inbox")
async def find(visit: Desk) -> Response:
    """A case by its whole number, or cases by the beginning of a municipality. What was typed goes into no address: codes do."""
    asked, chosen = one_line(visit.sent["q"], LONGEST), Chosen.of({"show": visit.sent["show"]})
    if not asked:
        return RedirectResponse(chosen.address(), 303)
    if found := await _by_number(visit.work, asked):
        return RedirectResponse(f"/cases/{found}", 303)
    if codes := await directory.municipalities_beginning_with(visit.work, asked):
        return RedirectResponse(replace(chosen, places=codes).address(), 303)
    return await _inbox(visit, chosen, asked=asked)


@router.get("/inbox/offers")
async def offers_part(visit: Desk) -> Response:
    """What is asked, and what is wrong on our side."""
    return visit.page("inbox/offers.html", **await _waiting(visit))


@router.get("/inbox/board")
async def board_part(visit: Desk) -> Response:
    """The board that was chosen."""
    return visit.page("inbox/board.html", **await _board(visit, Chosen.of(visit.request.query_params)))


@router.post("/inbox/offers/{offer_id}/accept")
async def accept(offer_id: UUID, visit: Desk) -> Response:
    """Become responsible for a case; then on to it (`next=case`), or back to the list."""
    version, coordinator = number(visit.sent["version"]), one_line(visit.sent["coordinator"], COORDINATOR) or None
    fault = await visit.attempt(lambda work: answer.accept(work, offer_id, version, coordinator))
    offer = await _offer(visit.work, offer_id)
    if fault is None or (offer and _is_ours_just_now(offer, fault, visit.work)):
        if offer and visit.sent["next"] != "stay":
            return RedirectResponse(f"/cases/{offer.case_id}?done=offer_accepted", 303)
        return RedirectResponse(f"/inbox?done=offer_accepted&about={offer.case_id if offer else ''}", 303)
    return await _not_done(visit, fault, offer)


@router.post("/inbox/offers/{offer_id}/decline")
async def decline(offer_id: UUID, visit: Desk) -> Response:
    """Say no, with a reason."""
    version = number(visit.sent["version"])
    if visit.sent["reason"] not in set(DeclineReason):
        return await _not_done(visit, Invalid("Say why."), await _offer(visit.work, offer_id), "reason")
    reason = DeclineReason(visit.sent["reason"])
    if fault := await visit.attempt(lambda work: answer.decline(work, offer_id, version, reason)):
        return await _not_done(visit, fault, await _offer(visit.work, offer_id))
    return RedirectResponse("/inbox?done=offer_declined", 303)


@router.post("/inbox/invitations/{case_id}/{member_id}")
async def answer_invitation(case_id: UUID, member_id: UUID, visit: Desk) -> Response:
    """Take part in a case (`act=accept`), or decline with a reason."""
    version, accepts = number(visit.sent["version"]), visit.sent["act"] == "accept"
    reason = None if accepts else EndReason(visit.sent["act"]) if visit.sent["act"] in DECLINING else EndReason.OTHER
    fault = await visit.attempt(
        lambda work: members.answer(work, case_id, member_id, version, accept=accepts, reason=reason)
    )  # fmt: skip
    if fault:
        return await _not_done(visit, fault, None)
    return RedirectResponse(f"/inbox?done={f'invitation_accepted&about={case_id}' if accepts else 'invitation_declined'}", 303)


@router.get("/inbox/offers/{offer_id}/accept")  # noqa: FAST003  whichever it was
@router.get("/inbox/offers/{offer_id}/decline")
@router.get("/inbox/invitations/{case_id}/{member_id}")
async def back_to_the_inbox(visit: Desk) -> Response:
    """Whoever reloads an answer that did not come through, or reads it in another language, sees the inbox as it is."""
    language = visit.request.query_params.get("lang", "")
    return RedirectResponse(f"/inbox?lang={language}" if language in LANGUAGES else "/inbox", 303)


async def _inbox(visit: Visit, chosen: Chosen, *, status: int = 200, asked: str = "", **values: Any) -> Response:
    return visit.page(
        "inbox/inbox.html",
        status=status,
        about=identifier(visit.request.query_params.get("about", "")),
        **{"ended": "", "told": "", "ended_offer": None, "asked_for": asked} | values,
        **await _waiting(visit),
        **await _board(visit, chosen),
    )


async def _waiting(visit: Visit) -> dict[str, Any]:
    return {
        "asked": await asked(visit.work),
        "own": await own_side(visit.work, visit.account.actor),
        "reasons": list(DeclineReason),
        "declining": DECLINING,
    }


async def _board(visit: Visit, chosen: Chosen) -> dict[str, Any]:
    return {"board": await board(visit.work, chosen), "boards": BOARDS, "narrowed": NARROWED, "urgencies": URGENCIES}


async def _not_done(visit: Visit, fault: Problem, offer: Offer | None, kind: str = "") -> Response:
    """The inbox as it is now, with what stood in the way said first."""
    ended = str(offer.state) if offer and isinstance(fault, OfferEnded) else kind
    if ended == OfferState.PENDING:  # its time has run out, and the next one is not asked yet
        ended = OfferState.EXPIRED.value
    return await _inbox(visit, Chosen(), status=fault.status, ended=ended, ended_offer=offer, fault=fault, told=told_of)


def _is_ours_just_now(offer: Offer, fault: Problem, work: Work) -> bool:
    accepted = isinstance(fault, OfferEnded) and offer.state is OfferState.ACCEPTED and offer.answered_at
    return bool(accepted and offer.organisation == work.organisation and work.at - accepted < A_DOUBLE_CLICK)


async def _offer(work: Work, offer_id: UUID) -> Offer | None:
    try:
        return await answer.offer(work, offer_id)
    except NotFound:
        return None


async def _by_number(work: Work, told: str) -> UUID | None:
    """The case with this number, if it is one, and ours to see."""
    try:
        return await cases.by_reference(work, reference_heard(told))
    except (ReferenceMisread, NotFound):
        return None
