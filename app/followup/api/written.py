"""Write about a person: notes, assessments, transport, agreements, the crisis card; and put right what was wrong."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.followup.correcting import Corrected, DutyWouldBeLost
from app.followup.items import ItemEnded
from app.followup.schemas.care import CaseNow
from app.followup.schemas.items import ItemOut
from app.followup.schemas.written import (
    AgreementIn,
    AssessmentIn,
    CircleIn,
    CorrectionIn,
    CrisisCardIn,
    CrisisCardOut,
    MoveIn,
    NoteIn,
    TransportIn,
)
from app.followup.service import actions, crisis_card, items
from app.followup.service import correct as correcting
from app.followup.written import CardChanged
from app.identity.doors import CaseReader, FollowUpDoor
from app.vault.purpose import Purpose

router = rooms_router("follow-up")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Writing = problems(Invalid, Forbidden, NotFound, Refused)
Changing = problems(Invalid, Forbidden, NotFound, ItemEnded, Refused, Stale, PreconditionRequired)
Correcting = problems(Invalid, Forbidden, NotFound, Corrected, DutyWouldBeLost, Refused, Stale, PreconditionRequired)


@router.post("/cases/{case_id}/notes", status_code=201, responses=Writing)
async def add_note(case_id: UUID, body: NoteIn, work: FollowUpDoor) -> CaseNow:
    """Write a note on a case. For the owner and the team, as all that is written here."""
    item_id, case = await items.write(work, case_id, body.to_item(work.at))
    return CaseNow.of(case, item_id)


@router.post("/cases/{case_id}/assessments", status_code=201, responses=Writing)
async def add_assessment(case_id: UUID, body: AssessmentIn, work: FollowUpDoor) -> CaseNow:
    """Write down a level of risk, with the method by which it was found. The latest is shown on the page of the case."""
    item_id, case = await items.write(work, case_id, body.to_item(work.at))
    return CaseNow.of(case, item_id)


@router.post("/cases/{case_id}/transports", status_code=201, responses=Writing)
async def add_transport(case_id: UUID, body: TransportIn, work: FollowUpDoor) -> CaseNow:
    """Arrange transport (with `dueAt`), or write down how the person was taken. By the police only with a reason."""
    item_id, case = await items.write(work, case_id, body.to_item(work.at, work.organisation))
    return CaseNow.of(case, item_id)


@router.post("/cases/{case_id}/agreements", status_code=201, responses=Writing)
async def add_agreement(case_id: UUID, body: AgreementIn, work: FollowUpDoor) -> CaseNow:
    """Write down what was agreed with the person; with `dueAt` it is looked at again by then."""
    item_id, case = await items.write(work, case_id, body.to_item(work.at, work.organisation))
    return CaseNow.of(case, item_id)


@router.post("/cases/{case_id}/circle", status_code=201, responses=Writing)
async def add_to_circle(case_id: UUID, body: CircleIn, work: FollowUpDoor) -> CaseNow:
    """Write down who of the person's own circle takes part, as what, and whether the person agrees. They read nothing here."""
    item_id, case = await items.write(work, case_id, body.to_item(work.at))
    return CaseNow.of(case, item_id)


@router.post(
    "/cases/{case_id}/crisis-cards", status_code=201, responses=problems(Invalid, Forbidden, NotFound, CardChanged, Refused)
)
async def write_crisis_card(case_id: UUID, body: CrisisCardIn, work: FollowUpDoor) -> CaseNow:
    """Write a crisis card. It takes the place of the one you name in `replaces`, which must be the one that is valid."""
    item_id, case = await crisis_card.write_card(work, case_id, body.words, body.replaces)
    return CaseNow.of(case, item_id)


@router.get("/cases/{case_id}/crisis-card", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def read_crisis_card(case_id: UUID, purpose: Why, work: CaseReader) -> CrisisCardOut:
    """The crisis card that is valid now, its fields in the order in which it is read aloud. The look is logged."""
    return CrisisCardOut.of(*await crisis_card.card(work, case_id, purpose))


@router.post("/cases/{case_id}/items/{item_id}/moves", status_code=201, responses=Changing)
async def move_item(
    case_id: UUID, item_id: UUID, body: MoveIn, work: FollowUpDoor, request: Request, response: Response
) -> ItemOut:
    """Give an open action, transport or agreement to another organisation, or another moment. Needs If-Match."""
    found, _ = await actions.move(work, case_id, item_id, expected_version(request), body.to_move())
    response.headers["ETag"] = etag(found.version)
    return ItemOut.of(found)


@router.post("/cases/{case_id}/items/{item_id}/corrections", status_code=201, responses=Correcting)
async def correct_item(case_id: UUID, item_id: UUID, body: CorrectionIn, work: FollowUpDoor, request: Request) -> CaseNow:
    """Say what an item should have said, or that it was entered in error. The old one stays readable, and is marked.

    A correction loses no duty: what is open stays open, for whom and by when it was. For its writer or the owner. Needs If-Match.
    """
    version = expected_version(request)
    found = await items.item(work, case_id, item_id)
    correction, case = await correcting.correct(work, case_id, item_id, version, body.reason, body.to_item(found.at))
    return CaseNow.of(case, correction)
