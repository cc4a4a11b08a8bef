"""A shift hands on to the next: write it, read it whole, say so, ask back."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.boards.handoffs import NewHandoff, NewLine, Shift
from app.boards.service import confirming, handoffs
from app.boards.service.handoffs import Handoff
from app.cases import service as cases
from app.cases.references import ReferenceMisread, reference_heard
from app.console.inbox.typed import identifier, moment, one_line
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core.actor import Role
from app.core.errors import FieldError, Invalid, NotFound, Problem
from app.core.work import Work
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Desk = Annotated[Visit, Depends(visiting(Role.DESK, Role.SUPERVISOR), scope="function")]
READS: Final = ["GET", "HEAD"]
LINES: Final = 50  # as the API has it
LONGEST: Final = 4000
FUNCTION: Final = 200
NAMES: Final = {"startsAt": "starts_at", "endsAt": "ends_at"}  # fields that are called otherwise in a fault


@router.api_route("/inbox/handoffs/new", methods=READS)
async def new_handoff(visit: Desk) -> Response:
    """What the next shift must know."""
    return _form(visit)


@router.post("/inbox/handoffs/new")
async def write_handoff(visit: Desk) -> Response:
    """Write it down. A line that begins with a case number is about that case."""
    try:
        new = await _told(visit)
    except Invalid as unfinished:
        return _form(visit, unfinished)
    if fault := await visit.attempt(lambda work: handoffs.write(work, new)):
        return _form(visit, fault)
    return RedirectResponse("/inbox?done=handoff_written", 303)


@router.api_route("/inbox/handoffs/{handoff_id}", methods=READS)
async def read_handoff(handoff_id: UUID, visit: Desk) -> Response:
    """One handoff with its words; every look is logged."""
    return await _shown(visit, handoff_id)


@router.post("/inbox/handoffs/{handoff_id}")
async def confirm_handoff(handoff_id: UUID, visit: Desk) -> Response:
    """It was read, every line of it; `ask_<line>` asks back about one."""
    lines = [found for one in visit.sent.all("line") if (found := identifier(one))]
    asked = {one: words[:LONGEST] for one in lines if (words := visit.sent[f"ask_{one}"])}
    function = one_line(visit.sent["function"], FUNCTION) or None
    if fault := await visit.attempt(lambda work: confirming.confirm(work, handoff_id, function, lines, asked)):
        return await _shown(visit, handoff_id, fault)
    return RedirectResponse("/inbox?done=handoff_read", 303)


@router.post("/inbox/handoffs/{handoff_id}/questions/{question_id}")
async def answer_question(handoff_id: UUID, question_id: UUID, visit: Desk) -> Response:
    """Answer what was asked back."""
    words = visit.sent["answer"][:LONGEST]
    fault: Problem | None = None if words else Invalid("Say something.")
    fault = fault or await visit.attempt(lambda work: confirming.answer(work, handoff_id, question_id, words))
    if fault:
        return await _shown(visit, handoff_id, fault)
    return RedirectResponse(f"/inbox/handoffs/{handoff_id}?done=handoff_answered", 303)


async def _shown(visit: Visit, handoff_id: UUID, fault: Problem | None = None) -> Response:
    found = await handoffs.handoff(visit.work, handoff_id, Purpose.FOLLOW_UP)
    return visit.page(
        "inbox/handoff.html",
        status=fault.status if fault else 200,
        fault=fault,
        told=told_of,
        handoff=found,
        references=await _references(visit.work, found),
    )


async def _references(work: Work, found: Handoff) -> Mapping[UUID, str]:
    ids = {one.case_id for one in found.lines if one.case_id}
    return {one.id: one.reference for one in await cases.some(work, sorted(ids))}


def _form(visit: Visit, fault: Problem | None = None) -> Response:
    pointers = [error.pointer.split("/")[1] for error in fault.errors] if fault else []
    wrong = [NAMES.get(one, one) for one in pointers]
    values: dict[str, Any] = {"fault": fault, "told": told_of, "wrong": wrong, "sent": visit.sent}
    return visit.page("inbox/new_handoff.html", status=fault.status if fault else 200, **values)


async def _told(visit: Visit) -> NewHandoff:
    """What was filled in.

    Raises:
        Invalid: it is not a handoff, each fault with its pointer.
    """
    sent = visit.sent
    lines = [found for line in sent["lines"].splitlines() if (found := one_line(line, LONGEST))]
    before, after = (Shift(function=one_line(sent[name], FUNCTION) or None) for name in ("from", "to"))
    start, end = moment(sent["starts_at"]), moment(sent["ends_at"])
    needed = {
        "from": before.function,
        "to": after.function,
        "startsAt": start,
        "endsAt": end,
        "lines": len(lines) <= LINES and lines,
    }
    if faults := [FieldError(f"/{name}", "missing", "Needed.") for name, value in needed.items() if not value]:
        raise Invalid("This is not a handoff yet.", errors=faults)
    return NewHandoff(before, after, start, end, tuple([await _line(visit.work, one) for one in lines]))


async def _line(work: Work, told: str) -> NewLine:
    """A line is about a case when it begins with the number of one that we may see."""
    number, _, words = told.partition(" ")
    try:
        return NewLine(await cases.by_reference(work, reference_heard(number.rstrip(":,"))), words or number)
    except (ReferenceMisread, NotFound):
        return NewLine(None, told)
