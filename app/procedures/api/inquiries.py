"""Exploratory inquiries of the Wvggz."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import expected_version, problems, rooms_router
from app.followup.feedback import OutcomeNotForListener
from app.followup.schemas.care import CaseNow
from app.identity.doors import CaseReader, FollowUpDoor
from app.procedures.bases import BasisMissing
from app.procedures.inquiry import InquiryEnded, InquiryRunning, NotHeardYet, NotMunicipal, asked_facts, hearing_facts
from app.procedures.relatives import NothingToHandOver, RelativeNotVerified
from app.procedures.schemas.inquiries import (
    DisagreementIn,
    HearingIn,
    InquiriesOut,
    InquiryIn,
    InquiryNoticeIn,
    InquiryOut,
    InquiryOutcomeIn,
    PartyAskedIn,
    ProsecutorHandoverIn,
    VerificationIn,
)
from app.procedures.service import inquiries
from app.vault.purpose import Purpose

router = rooms_router("procedures")
WhyIfWords = Annotated[Purpose | None, Query(description="Give it to read the words too; then the look is logged")]
Usual = (Invalid, Forbidden, NotFound, Refused, NotMunicipal)


@router.post("/cases/{case_id}/inquiries", status_code=201, responses=problems(*Usual, InquiryRunning))
async def register_inquiry(case_id: UUID, body: InquiryIn, work: FollowUpDoor) -> CaseNow:
    """Register an exploratory inquiry (Wvggz). For the municipality's desk that owns the case.

    It is due 14 days after the registration; a term that ends on a Saturday, a Sunday or a holiday of the Algemene termijnenwet
    ends on the next other day. Registered late, it is overdue at once.
    """
    inquiry_id, case = await inquiries.register(work, case_id, body.registration, body.note)
    return CaseNow.of(case, inquiry_id)


@router.get("/cases/{case_id}/inquiries", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def list_inquiries(case_id: UUID, work: CaseReader, purpose: WhyIfWords = None) -> InquiriesOut:
    """The exploratory inquiries of a case that your organisation may see, oldest first."""
    found = await inquiries.inquiries(work, case_id, purpose)
    return InquiriesOut(items=[InquiryOut.of(inquiry, said) for inquiry, said in found])


@router.post("/cases/{case_id}/inquiries/{inquiry_id}/hearings", status_code=201, responses=problems(*Usual, InquiryEnded))
async def hear_person(case_id: UUID, inquiry_id: UUID, body: HearingIn, work: FollowUpDoor) -> CaseNow:
    """Write down when the person was heard, or why not. Without it there is no outcome."""
    facts = hearing_facts(body.hearing, work.at)
    step_id, case = await inquiries.add_step(work, case_id, inquiry_id, facts, body.note)
    return CaseNow.of(case, step_id)


@router.post(
    "/cases/{case_id}/inquiries/{inquiry_id}/parties", status_code=201, responses=problems(*Usual, InquiryEnded, BasisMissing)
)
async def ask_party(case_id: UUID, inquiry_id: UUID, body: PartyAskedIn, work: FollowUpDoor) -> CaseNow:
    """Write down who was asked, and whether the person consented; if not, on which other basis."""
    facts = asked_facts(body.party, body.basis, body.consent, answered=body.answered)
    step_id, case = await inquiries.add_step(work, case_id, inquiry_id, facts, body.note)
    return CaseNow.of(case, step_id)


@router.post(
    "/cases/{case_id}/inquiries/{inquiry_id}/verification", status_code=201, responses=problems(*Usual, RelativeNotVerified)
)
async def verify_relative(case_id: UUID, inquiry_id: UUID, body: VerificationIn, work: FollowUpDoor) -> CaseNow:
    """Write down how it is known that whoever asked for the inquiry is a close relative."""
    step_id, case = await inquiries.verify(work, case_id, inquiry_id, body.verified)
    return CaseNow.of(case, step_id)


@router.post(
    "/cases/{case_id}/inquiries/{inquiry_id}/outcome",
    status_code=201,
    responses=problems(*Usual, InquiryEnded, NotHeardYet, Stale, PreconditionRequired),
)
async def decide_inquiry(
    case_id: UUID, inquiry_id: UUID, body: InquiryOutcomeIn, work: FollowUpDoor, request: Request
) -> CaseNow:
    """End the inquiry: what it led to, who decided, why. Telling whoever asked for it becomes a duty. Needs If-Match."""
    version = expected_version(request)
    case = await inquiries.decide(work, case_id, inquiry_id, version, (body.outcome, body.decider), body.note)
    return CaseNow.of(case, inquiry_id)


@router.post(
    "/cases/{case_id}/inquiries/{inquiry_id}/notice",
    status_code=201,
    responses=problems(*Usual, OutcomeNotForListener, RelativeNotVerified, NothingToHandOver),
)
async def give_inquiry_notice(case_id: UUID, inquiry_id: UUID, body: InquiryNoticeIn, work: FollowUpDoor) -> CaseNow:
    """Write down what whoever asked for it was told. The outcome is for the law's closed list only."""
    told = body.outcome_told
    case = await inquiries.give_notice(work, case_id, inquiry_id, reached=body.reached, outcome_told=told, note=body.note)
    return CaseNow.of(case, inquiry_id)


@router.post(
    "/cases/{case_id}/inquiries/{inquiry_id}/disagreement",
    status_code=201,
    responses=problems(*Usual, RelativeNotVerified, NothingToHandOver),
)
async def disagree_with_inquiry(case_id: UUID, inquiry_id: UUID, body: DisagreementIn, work: FollowUpDoor) -> CaseNow:
    """Write down that a close relative disagrees: the hand-over to the prosecutor becomes a duty that nothing else ends."""
    duty_id, case = await inquiries.disagree(work, case_id, inquiry_id, body.note)
    return CaseNow.of(case, duty_id)


@router.post(
    "/cases/{case_id}/inquiries/{inquiry_id}/prosecutor-handover",
    status_code=201,
    responses=problems(*Usual, NothingToHandOver),
)
async def hand_inquiry_to_prosecutor(case_id: UUID, inquiry_id: UUID, body: ProsecutorHandoverIn, work: FollowUpDoor) -> CaseNow:
    """Write down that the prosecutor has it."""
    return CaseNow.of(await inquiries.hand_over(work, case_id, inquiry_id, body.note), inquiry_id)
