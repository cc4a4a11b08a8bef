"""Joint tables."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import expected_version, problems, rooms_router
from app.followup.schemas.care import CaseNow
from app.identity.doors import CaseReader, FollowUpDoor
from app.procedures.bases import BasisMissing
from app.procedures.joint_table import JudgedAlready, JudgementsAwaited, TableOver
from app.procedures.schemas.joint import JointTableIn, JointTableOut, JointTablesOut, JudgementIn, TableDecisionIn
from app.procedures.schemas.requests import WithdrawalIn
from app.procedures.service import joint
from app.vault.purpose import Purpose

router = rooms_router("procedures")
WhyIfWords = Annotated[Purpose | None, Query(description="Give it to read the words too; then the look is logged")]
Ending = (Invalid, Forbidden, NotFound, Refused, TableOver, Stale, PreconditionRequired)


@router.post("/cases/{case_id}/joint-tables", status_code=201, responses=problems(Invalid, Forbidden, NotFound, Refused))
async def call_joint_table(case_id: UUID, body: JointTableIn, work: FollowUpDoor) -> CaseNow:
    """Ask organisations of the team what they find, each for itself, by a moment. For the owner of the case."""
    table_id, case = await joint.call(work, case_id, body.invitation)
    return CaseNow.of(case, table_id)


@router.get("/cases/{case_id}/joint-tables", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def list_joint_tables(case_id: UUID, work: CaseReader, purpose: WhyIfWords = None) -> JointTablesOut:
    """The joint tables of a case that your organisation may see, oldest first.

    Until all have judged, or the moment has passed, you see your own judgement only.
    """
    found = await joint.tables(work, case_id, purpose)
    return JointTablesOut(items=[JointTableOut.of(table, said) for table, said in found])


@router.post(
    "/cases/{case_id}/joint-tables/{table_id}/judgements",
    status_code=201,
    responses=problems(Invalid, BasisMissing, Forbidden, NotFound, Refused, JudgedAlready, TableOver),
)
async def give_judgement(case_id: UUID, table_id: UUID, body: JudgementIn, work: FollowUpDoor) -> CaseNow:
    """Give the judgement of your organisation, once, and on which basis it takes part."""
    judgement_id, case = await joint.judge(work, case_id, table_id, body.judging)
    return CaseNow.of(case, judgement_id)


@router.post(
    "/cases/{case_id}/joint-tables/{table_id}/decision",
    status_code=201,
    responses=problems(*Ending, JudgementsAwaited),
)
async def decide_joint_table(
    case_id: UUID, table_id: UUID, body: TableDecisionIn, work: FollowUpDoor, request: Request
) -> CaseNow:
    """Decide, once all have judged or the moment has passed. Dissent and absence are recorded with it. Needs If-Match.

    The look at the judgements is logged.
    """
    decision = (body.decision, body.by, body.note)
    _, case = await joint.decide(work, case_id, table_id, expected_version(request), decision)
    return CaseNow.of(case, table_id)


@router.post("/cases/{case_id}/joint-tables/{table_id}/cancellation", status_code=201, responses=problems(*Ending))
async def call_off_joint_table(
    case_id: UUID, table_id: UUID, body: WithdrawalIn, work: FollowUpDoor, request: Request
) -> CaseNow:
    """End a table without a decision; what was judged before stays with who judged. Needs If-Match."""
    _, case = await joint.call_off(work, case_id, table_id, expected_version(request), body.note)
    return CaseNow.of(case, table_id)
