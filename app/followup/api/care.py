"""Stay with a case: contacts, goals, aftercare, what is owed, closing."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.followup.aftercare import TooEarly
from app.followup.caller import TooFewTries as TooFewCallerTries
from app.followup.contacts import Contact, TooFewTries
from app.followup.deferral import DeferralsSpent, NeedsSecondRole, ReviewNotDue
from app.followup.feedback import OutcomeNotForListener
from app.followup.goals import NoContactYet
from app.followup.obligations import DutyEnded, NotDeferrable, NotOwedYet, Waiver
from app.followup.schemas.care import (
    AftercareOut,
    CaseNow,
    ChecklistOut,
    CheckOut,
    CheckResultIn,
    ClosureIn,
    ContactIn,
    ContactOut,
    FulfilmentIn,
    GoalIn,
    GoalOut,
    GoalOutcomeIn,
    GoalsOut,
    MissingOut,
    ObligationOut,
)
from app.followup.service import checks, obligations
from app.followup.service import close as closing
from app.followup.service import contact as contacting
from app.followup.service import goals as goal_setting
from app.followup.service.aftercare import aftercare
from app.followup.service.close import CaseNotFinished
from app.followup.service.goals import GoalEnded
from app.followup.service.obligations import Deferral
from app.followup.situation import ObligationKind
from app.identity.doors import CaseReader, FollowUpDoor
from app.vault.purpose import Purpose

router = rooms_router("follow-up")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
WhyIfNotes = Annotated[Purpose | None, Query(description="Give it to read the notes too; then the look is logged")]
NO_DEFERRAL = (DeferralsSpent, ReviewNotDue, NeedsSecondRole)
Reading = problems(Invalid, Forbidden, NotFound, Gone)


@router.post(
    "/cases/{case_id}/contacts",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, Gone, TooFewTries),
)
async def log_contact(case_id: UUID, body: ContactIn, work: FollowUpDoor) -> CaseNow:
    """Log a contact or a try. The first contact with the person starts follow-up; a try leaves the deadline as it is.

    `unreachable` says that the person can't be reached and follow-up goes on without: after three tries over a day, one a visit.
    """
    contact = Contact(body.at or work.at, body.way, body.party, body.result)
    contact_id, case = await contacting.log(work, case_id, contact, body.note, body.audience)
    return CaseNow.of(case, contact_id)


@router.get("/cases/{case_id}/contacts", responses=Reading)
async def list_contacts(
    case_id: UUID, purpose: Why, work: CaseReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> PageOut[ContactOut]:
    """The contacts of a case with their notes, in the order they were logged. The look is logged."""
    page = await contacting.contacts(work, case_id, purpose, after=after(cursor), limit=limit)
    return PageOut[ContactOut](items=[ContactOut.of(one) for one in page.items], next=page.next)


@router.post("/cases/{case_id}/goals", status_code=201, responses=Reading)
async def set_goal(case_id: UUID, body: GoalIn, work: FollowUpDoor) -> CaseNow:
    """Set a goal; in aftercare this is a relapse, and takes the case back into follow-up."""
    goal_id, case = await goal_setting.set_goal(work, case_id, body.to_goal())
    return CaseNow.of(case, goal_id)


@router.get("/cases/{case_id}/goals", responses=Reading)
async def list_goals(case_id: UUID, purpose: Why, work: CaseReader) -> GoalsOut:
    """The goals of a case with what they say: the person's own first, then oldest first. The look is logged."""
    found = await goal_setting.goals(work, case_id, purpose)
    return GoalsOut(items=[GoalOut.told(one) for one in found])


@router.post(
    "/cases/{case_id}/goals/{goal_id}/outcome",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, GoalEnded, NoContactYet),
)
async def give_goal_outcome(case_id: UUID, goal_id: UUID, body: GoalOutcomeIn, work: FollowUpDoor) -> CaseNow:
    """Say what became of a goal. With the last one aftercare begins: checks after 1, 4 and 12 weeks."""
    return CaseNow.of(await goal_setting.give_outcome(work, case_id, goal_id, body.outcome, body.note), goal_id)


@router.get("/cases/{case_id}/aftercare", responses=problems(Invalid, Forbidden, NotFound))
async def read_aftercare(case_id: UUID, work: CaseReader, purpose: WhyIfNotes = None) -> AftercareOut:
    """The aftercare checks of a case, and what is owed in it: feedback, informing the person, the evaluation."""
    found = await aftercare(work, case_id, purpose)
    return AftercareOut(
        checks=[CheckOut.model_validate(one, by_name=True) for one in found.checks],
        obligations=[ObligationOut.of(one) for one in found.obligations],
    )


@router.post(
    "/cases/{case_id}/aftercare/checks/{check_id}/result",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, DutyEnded, TooEarly),
)
async def end_check(case_id: UUID, check_id: UUID, body: CheckResultIn, work: FollowUpDoor) -> CaseNow:
    """Record an aftercare check, or waive it with a reason and a role."""
    if body.waiver:
        waiver = Waiver(body.waiver.reason, body.waiver.by)
        return CaseNow.of(await checks.waive_check(work, case_id, check_id, waiver, body.note), check_id)
    if body.result is None:
        raise Invalid("Send either result or waiver.")
    return CaseNow.of(await checks.do_check(work, case_id, check_id, body.result, body.note), check_id)


@router.post(
    "/cases/{case_id}/aftercare/obligations/{kind}/fulfilment",
    status_code=201,
    responses=problems(
        Invalid, Forbidden, NotFound, DutyEnded, NotOwedYet, NotDeferrable, OutcomeNotForListener, TooFewCallerTries, *NO_DEFERRAL
    ),
)
async def fulfil_obligation(case_id: UUID, kind: ObligationKind, body: FulfilmentIn, work: FollowUpDoor) -> CaseNow:
    """Record that something owed was done; or waive it, or put it off, with a reason.

    Informing the person is put off until a review; at the review it is done, or put off again by a manager, three times at most.
    """
    if body.waiver:
        waiver = Waiver(body.waiver.reason, body.waiver.by)
        return CaseNow.of(await obligations.waive(work, case_id, kind, waiver, body.note))
    if body.deferral:
        put_off = Deferral(body.deferral.review_by, body.deferral.reason, body.deferral.by, body.note)
        return CaseNow.of(await obligations.defer(work, case_id, kind, put_off))
    words = {
        "note": body.note, "reference": body.reference, "person_said": body.person_said, "caller_said": body.caller_said,
    }  # fmt: skip
    return CaseNow.of(await obligations.fulfil(work, case_id, kind, body.done(), words))


@router.get("/cases/{case_id}/closing-checklist", responses=problems(Invalid, Forbidden, NotFound))
async def read_checklist(case_id: UUID, work: CaseReader, response: Response) -> ChecklistOut:
    """Everything that still forbids closing a case; empty: it may close. Its ETag is what closing wants as If-Match."""
    case, found = await closing.checklist(work, case_id)
    response.headers["ETag"] = etag(case.version)
    missing, warnings = ([MissingOut.of(one) for one in listed] for listed in (found.missing, found.warnings))
    return ChecklistOut(missing=missing, warnings=warnings, version=case.version)


@router.post(
    "/cases/{case_id}/closure",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, CaseNotFinished, Stale, PreconditionRequired),
)
async def close_case(case_id: UUID, body: ClosureIn, work: FollowUpDoor, request: Request) -> CaseNow:
    """Close a case. Refused while something is missing, and then all of it is named. Needs If-Match with the case's ETag.

    When none of the goals is the person's own, say why in `withoutOwnGoal`.
    """
    return CaseNow.of(await closing.close(work, case_id, expected_version(request), body.outcome, body.without_own_goal))
