"""Corrections: amend a call, mark it as entered in error, take either back; say what others know about a case."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Request, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.identity.doors import CallReader, CaseReader, FollowUpDoor, IntakeDoor
from app.intake.amending import Change, NotReversible
from app.intake.schemas import corrections as wire
from app.intake.service import about_cases, amend, in_error, owner_agrees
from app.intake.service.about_cases import AlreadyLinked, Grade
from app.intake.service.amend import Corrected, NotToBeCorrected
from app.intake.service.in_error import Marked, NotInError
from app.intake.service.owner_agrees import Agreed, NothingToAgree
from app.routing.decide import NobodyLeft
from app.vault.purpose import Purpose

router = rooms_router("intake")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Changing = problems(Invalid, NotFound, Gone, NotToBeCorrected, NotReversible, NobodyLeft, Stale, PreconditionRequired)

Deciding = problems(Invalid, NotFound, Forbidden, Refused, NothingToAgree, Stale, PreconditionRequired)


@router.post("/calls/{call_id}/amendments", status_code=201, responses=Changing)
async def amend_call(
    call_id: UUID, body: wire.AmendmentIn, work: IntakeDoor, request: Request, response: Response
) -> wire.CorrectedOut:
    """Correct what a call says; what it said before stays. Urgency is raised by it, never lowered. Needs If-Match."""
    changes = [Change(one.field, one.value) for one in body.changes]
    version = expected_version(request)
    return _corrected(await amend.amend(work, call_id, version, changes, body.reason, reroute=body.reroute), response)


@router.get("/calls/{call_id}/amendments", responses=problems(Invalid, NotFound, Gone))
async def list_amendments(call_id: UUID, purpose: Why, work: CallReader) -> wire.AmendmentsOut:
    """The corrections of a call: who, when, why, and what it said before. Logged."""
    rows = await amend.amendments(work, call_id, purpose)
    shown = wire.AmendmentOut.model_fields
    return wire.AmendmentsOut.model_validate({"items": [{name: row[name] for name in shown} for row in rows]})


@router.post("/calls/{call_id}/amendments/{amendment_id}/undo", responses=Changing)
async def undo_amendment(
    call_id: UUID, amendment_id: UUID, work: IntakeDoor, request: Request, response: Response
) -> wire.CorrectedOut:
    """Take a correction back within its term. Needs If-Match."""
    return _corrected(await amend.undo(work, call_id, expected_version(request), amendment_id), response)


@router.post("/calls/{call_id}/error", responses=Changing)
async def mark_call_in_error(
    call_id: UUID,
    work: IntakeDoor,
    request: Request,
    response: Response,
    body: Annotated[wire.ErrorIn, Body(default_factory=wire.ErrorIn)],
) -> wire.MarkedOut:
    """Mark a call as entered in error. Nothing is deleted; a case that nobody has accepted is withdrawn. Needs If-Match."""
    return _marked(await in_error.mark(work, call_id, expected_version(request), body.reason), response)


@router.post("/calls/{call_id}/error/withdrawal", responses={**Changing, **problems(NotInError)})
async def withdraw_error(call_id: UUID, work: IntakeDoor, request: Request, response: Response) -> wire.MarkedOut:
    """It was no error after all: the call counts again, its case is offered again. Within a term. Needs If-Match."""
    return _marked(await in_error.take_back(work, call_id, expected_version(request)), response)


@router.post("/cases/{case_id}/error-agreement", status_code=201, responses=Deciding)
async def agree_to_error(case_id: UUID, work: FollowUpDoor, request: Request, response: Response) -> wire.AgreedOut:
    """Agree, as its owner, that a case was entered in error: it ends. Needs If-Match with the case's ETag."""
    return _agreed(await owner_agrees.agree(work, case_id, expected_version(request)), response)


@router.post("/cases/{case_id}/error-agreement/withdrawal", responses={**Deciding, **problems(NotReversible)})
async def withdraw_agreement(case_id: UUID, work: FollowUpDoor, request: Request, response: Response) -> wire.AgreedOut:
    """Come back on it: the case goes on, where it stood. Within the term of the error. Needs If-Match with the case's ETag."""
    return _agreed(await owner_agrees.withdraw(work, case_id, expected_version(request)), response)


@router.post("/cases/{case_id}/triage-grade", status_code=201, responses=problems(Invalid, NotFound, Forbidden))
async def record_triage_grade(case_id: UUID, body: wire.GradeIn, work: CaseReader) -> wire.GradeOut:
    """Keep the crisis service's own grade, as its owner or the operator heard it. Our urgency stays as it is."""
    told = Grade(body.grade, body.scale, body.scale_version, body.by, body.at)
    return _grade(await about_cases.record_grade(work, case_id, told))


@router.get("/cases/{case_id}/triage-grade", responses=problems(Invalid, NotFound))
async def list_triage_grades(case_id: UUID, work: CaseReader) -> wire.GradesOut:
    """The grades that were reported back, oldest first."""
    return wire.GradesOut(items=[_grade(row) for row in await about_cases.grades(work, case_id)])


@router.post("/cases/{case_id}/same-person", status_code=201, responses=problems(Invalid, NotFound, Forbidden, AlreadyLinked))
async def link_same_person(case_id: UUID, body: wire.SamePersonIn, work: CaseReader) -> wire.SamePersonOut:
    """Say that another case is about the same person: one thread. Each goes on and shows the other."""
    return _link(case_id, await about_cases.link(work, case_id, body.case_id, body.reason))


@router.get("/cases/{case_id}/same-person", responses=problems(Invalid, NotFound))
async def list_same_person(case_id: UUID, work: CaseReader) -> wire.SamePersonsOut:
    """The other cases about the same person."""
    return wire.SamePersonsOut(items=[_link(case_id, row) for row in await about_cases.links(work, case_id)])


@router.post("/cases/{case_id}/same-person/{link_id}/undo", responses=problems(Invalid, NotFound, Forbidden, NotReversible))
async def unlink_same_person(case_id: UUID, link_id: UUID, work: CaseReader) -> wire.SamePersonOut:
    """They are not the same person after all. Within a term."""
    return _link(case_id, await about_cases.unlink(work, case_id, link_id))


def _corrected(done: Corrected, response: Response) -> wire.CorrectedOut:
    response.headers["ETag"] = etag(done.version)
    return wire.CorrectedOut(
        amendment_id=done.amendment_id,
        version=done.version,
        reversible_until=done.reversible_until,
        urgency=done.urgency,
        urgency_would_be=done.would_be,
        urgency_raised=done.raised,
        needs_somebody=done.needs_somebody,
        case_id=done.case_id,
        municipality_was=done.place_was,
        municipality_is=done.place_is,
        place=done.place,
    )


def _marked(done: Marked, response: Response) -> wire.MarkedOut:
    response.headers["ETag"] = etag(done.version)
    return wire.MarkedOut.model_validate(done, from_attributes=True)


def _agreed(done: Agreed, response: Response) -> wire.AgreedOut:
    response.headers["ETag"] = etag(done.case.version)
    told = {"case_id": done.case.id, "state": done.case.state, "version": done.case.version}
    return wire.AgreedOut.model_validate(told | {"reversible_until": done.reversible_until})


def _grade(row: Mapping[str, Any]) -> wire.GradeOut:
    shown = {name: row[name] for name in wire.GradeOut.model_fields if name in row}
    return wire.GradeOut.model_validate({**shown, "by": row["graded_by"], "at": row["graded_at"]})


def _link(case_id: UUID, row: Mapping[str, Any]) -> wire.SamePersonOut:
    shown = {name: row[name] for name in wire.SamePersonOut.model_fields if name in row}
    other = row["case_b_id"] if row["case_a_id"] == case_id else row["case_a_id"]
    return wire.SamePersonOut.model_validate({**shown, "case_id": other})
