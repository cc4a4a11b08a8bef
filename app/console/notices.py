"""The page behind a mail: see what your organisation is asked, and answer with its key. It needs no cookie and no script."""

from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.limits import may
from app.console.pages import page
from app.core.errors import Forbidden, NotFound, Problem, Stale, Unauthenticated
from app.identity.service import KeyRing
from app.notices.letter import moment_told, span_told
from app.notices.service import answering
from app.routing.decide import NobodyLeft
from app.routing.offers import DeclineReason
from app.routing.service.answer import CantDecline, OfferEnded

router = APIRouter(include_in_schema=False)

ADDRESS: Final = "/notices/{notice_id}/{secret}"
ANSWERS: Final = 10  # ⚙ in ten minutes, by one address, for one notice
FIELDS: Final = 8
# What can stand in the way of an answer: a word for the page, and the status.
FAULTS: Final[dict[type[Problem], tuple[str, int]]] = {
    Unauthenticated: ("key", 403),
    Forbidden: ("other", 403),
    NotFound: ("other", 403),
    OfferEnded: ("ended", 409),
    Stale: ("changed", 409),
    CantDecline: ("last", 409),
    NobodyLeft: ("later", 503),
}


# A GET shows a button only, and looks nothing up: scanners of mail follow every link, and what they fetched must not count
# as read by a person. Only what the button sends (POST) opens a notice.
@router.api_route(ADDRESS, methods=["GET", "HEAD"])
async def closed_notice(notice_id: str, secret: str, request: Request) -> Response:  # noqa: ARG001  part of the address
    """A button."""
    return page(request, "notice.html", forms=True, shown=None, gone=False)


@router.post(ADDRESS)
async def opened_notice(notice_id: str, secret: str, request: Request) -> Response:
    """Show the notice, which is now opened; first carry out what was answered, if something was."""
    database = request.app.state.database
    found = _uuid(notice_id)
    organisation = await answering.organisation_of(database, found, secret) if found else None
    if found is None or organisation is None:
        return page(request, "notice.html", status=404, gone=True, shown=None, number=request.app.state.settings.national_number)
    fault, status = await _answered(request, found, organisation, await _fields(request))
    shown = await answering.opened(database, organisation, found, request_id=request.state.request_id)
    return page(
        request,
        "notice.html",
        status=status,
        forms=True,
        gone=False,
        shown=shown,
        fault=fault,
        reasons=[reason.value for reason in DeclineReason],
        number=request.app.state.settings.national_number,
        moment=lambda moment, language: moment_told(moment, shown.at, language),
        span=span_told,
    )


async def _answered(request: Request, notice_id: UUID, organisation: UUID, told: dict[str, str]) -> tuple[str, int]:
    """Carry out an answer; what stood in its way and the status, or nothing and 200."""
    act = told.get("act")
    if act not in {"accept", "decline"}:
        return "", 200
    reason = told.get("reason", "")
    if act == "decline" and reason not in set(DeclineReason):
        return "reason", 400
    if not may(request, "answers", ANSWERS, about=str(notice_id)):
        return "limited", 429
    try:
        await _answer(request, notice_id, organisation, told)
    except tuple(FAULTS) as problem:
        return next(found for kind, found in FAULTS.items() if isinstance(problem, kind))
    return "", 200


async def _answer(request: Request, notice_id: UUID, organisation: UUID, told: dict[str, str]) -> None:
    keyring: KeyRing = request.app.state.keyring
    actor = await keyring.who(f"Bearer {told.get('key', '').strip()}")
    if actor.organisation != organisation:
        raise Forbidden("This key is another organisation's.")
    typed = told.get("version", "")[:9]
    version = int(typed) if typed.isdecimal() else 0
    database, request_id = request.app.state.database, request.state.request_id
    if told["act"] == "accept":
        await answering.accept(database, actor, notice_id, version, request_id=request_id)
    else:
        reason = DeclineReason(told["reason"])
        await answering.decline(database, actor, notice_id, version, reason, request_id=request_id)


async def _fields(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        return {}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
