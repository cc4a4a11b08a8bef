"""Two pages for citizens: report a worry, and ask how far a report is. Neither needs a key, a cookie or a script."""

import secrets
import time
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.cases.references import ReferenceMisread, reference_heard
from app.channels import form_token
from app.channels.form import (
    AGES,
    ANSWERS,
    DANGER,
    FIELDS,
    PROTOCOL,
    RELATIONS,
    alarm_of,
    alarms,
    call_json,
    fault_of,
    faults,
    filled_in,
)
from app.channels.form_token import Age
from app.channels.service import form as service
from app.console.limits import may
from app.console.pages import page
from app.core import clock
from app.core.actor import Actor, Role
from app.core.errors import Invalid
from app.core.work import begin
from app.directory.service import look_up as directory
from app.intake.schemas.asked import CallIn
from app.intake.service.protocols import protocol
from app.vault.keys import master_key

router = APIRouter(include_in_schema=False)

READS: Final = ["GET", "HEAD"]
ANYBODY: Final = Actor(organisation=None, role=Role.PUBLIC)
SENDS: Final = 10  # ⚙ in ten minutes by one address: a library has one for all who sit there
ASKS: Final = 30  # ⚙
TICKET: Final = "ticket"
FRESH: Final = 60.0
MOST: Final = 1000


@router.api_route("/melden", methods=READS)
async def report_form(request: Request) -> Response:
    """The form, empty."""
    return await _form(request, filled_in(()), restored=False)


@router.post("/melden")
async def send_form(request: Request) -> Response:
    """Take a form in; or show it again, with all that was typed, and what must be mended."""
    pairs = await _pairs(request)
    told, given = filled_in(pairs), dict(pairs).get(TICKET, "")
    ticket = form_token.read(_key(request), given)
    database, request_id = request.app.state.database, request.state.request_id
    key = service.key_of(ticket.number, told) if ticket else b""
    if key and (taken := await service.earlier(database, key, request_id=request_id)):
        return _sent(request, taken, told)
    if not may(request, "sends", SENDS):
        return await _form(request, told, notice="limited", ticket=given if ticket else "", status=429)
    if ticket is None or ticket.age(clock.wall()) is Age.TOO_OLD:
        return await _form(request, told, notice="ticket", status=400)
    if ticket.age(clock.wall()) is Age.TOO_QUICK:
        return await _form(request, told, notice="quick", ticket=given, status=400)
    return await _take_in(request, told, key, given)


async def _take_in(request: Request, told: dict[str, str], key: bytes, given: str) -> Response:
    wrong = faults(told)
    if not wrong:
        try:
            call = CallIn.model_validate(call_json(told))
            taken = await service.take_in(request.app.state.database, call, key, request_id=request.state.request_id)
            return _sent(request, taken, told)
        except Invalid as problem:
            wrong = dict([fault_of(problem)])
    return await _form(request, told, wrong=wrong, ticket=given, status=400)


@router.api_route("/melding", methods=READS)
async def ask_form(request: Request) -> Response:
    """Where a reference is typed."""
    return _status(request)


@router.post("/melding")
async def ask_status(request: Request) -> Response:
    """How far the call with a reference is; nothing of the person, nor of who called."""
    typed = dict(await _pairs(request)).get("reference", "")[:60]
    if not may(request, "asks", ASKS):
        return _status(request, typed, fault="limited", status=429)
    try:
        reference = reference_heard(typed)
    except ReferenceMisread:
        return _status(request, typed, fault="mistyped" if typed.strip() else "missing", status=400)
    far = await service.how_far(request.app.state.database, reference)
    if far is None:
        return _status(request, typed, fault="unknown", status=404)
    return _status(request, reference, far=far)


def _status(request: Request, typed: str = "", *, fault: str = "", far: str = "", status: int = 200) -> Response:
    number = request.app.state.settings.national_number
    return page(request, "status.html", status=status, forms=True, typed=typed, fault=fault, far=far, number=number)


def _sent(request: Request, taken: service.Taken, told: dict[str, str]) -> Response:
    number = request.app.state.settings.national_number
    known = protocol(PROTOCOL)
    return page(
        request,
        "sent.html",
        forms=True,
        taken=taken,
        alarms=alarms(known, told),
        number=number,
        rings_back=bool(told["phone"]),
    )


async def _form(  # noqa: PLR0913  what a form shows again
    request: Request,
    told: dict[str, str],
    *,
    wrong: dict[str, str] | None = None,
    notice: str = "",
    ticket: str = "",
    restored: bool = True,
    status: int = 200,
) -> Response:
    known = protocol(PROTOCOL)
    alarm = {(name, answer): alarm_of(known, name, answer) for name in DANGER for answer in ANSWERS}
    return page(
        request,
        "report.html",
        status=status,
        forms=True,
        told=told,
        wrong={name: wrong[name] for name in FIELDS if name in wrong} if wrong else {},
        notice=notice,
        ticket=ticket or form_token.issue(_key(request), secrets.token_bytes(form_token.NUMBER_BYTES), clock.wall()),
        restored=restored,
        danger=DANGER,
        answers=ANSWERS,
        ages=AGES,
        relations=RELATIONS,
        alarm=alarm,
        alarm_kinds={name: {alarm[name, answer] for answer in ANSWERS} for name in DANGER},
        municipalities=await _municipalities(request),
        number=request.app.state.settings.national_number,
    )


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """The fields that were sent; what is no text is replaced rather than refused."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qsl(body, keep_blank_values=True, max_num_fields=2 * len(FIELDS))
    except ValueError:
        return []


async def _municipalities(request: Request) -> list[tuple[str, str]]:
    """Code and name by name; looked up at most once a minute, whoever asks."""
    state: Any = request.app.state
    until, kept = getattr(state, "municipalities", (0.0, []))
    if not kept or time.monotonic() > until:
        async with begin(state.database, ANYBODY) as work:
            rows = (await directory.municipalities(work, "", MOST)).items
        kept = sorted(((row["code"], row["name"]) for row in rows), key=lambda one: one[1])
        state.municipalities = time.monotonic() + FRESH, kept
    found: list[tuple[str, str]] = kept
    return found


def _key(request: Request) -> bytes:
    return master_key(request.app.state.settings).derive("form on the web")
