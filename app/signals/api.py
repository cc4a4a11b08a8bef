"""Early signals: read them, acknowledge, dismiss, say what came of them, and see what they were good for."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.identity.doors import CaseReader, FollowUpDoor
from app.signals.codes import SignalState
from app.signals.schemas import DismissalIn, EarlySignalOut, EvaluationOut, FiguresOut, OutcomeIn
from app.signals.service import acting
from app.signals.service.acting import SignalEnded

router = rooms_router("signals")
Acting = problems(Invalid, NotFound, SignalEnded, Stale, PreconditionRequired)


@router.get("/early-signals", responses=problems(Invalid))
async def list_early_signals(
    work: CaseReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[SignalState | None, Query(description="Only signals in this state")] = None,
    rule: Annotated[str, Query(max_length=40, pattern="^[a-z_]*$", description="Only signals of this rule")] = "",
    municipality: Annotated[str, Query(pattern="^(GM[0-9]{4})?$", description="Only this municipality, such as GM0363")] = "",
) -> PageOut[EarlySignalOut]:
    """The early signals of the municipalities where your organisation coordinates, oldest first."""
    page = await acting.page(work, after(cursor), limit, state=state or "", rule=rule, municipality_code=municipality)
    return PageOut[EarlySignalOut](items=[EarlySignalOut.of(one) for one in page.items], next=page.next)


@router.get("/early-signals/_evaluation")
async def evaluate_early_signals(work: CaseReader) -> EvaluationOut:
    """Per rule and municipality: raised, acknowledged, dismissed and why, led to help. Small numbers of others are null."""
    return EvaluationOut(items=[FiguresOut.of(one) for one in await acting.evaluation(work)])


@router.get("/early-signals/{signal_id}", responses=problems(Invalid, NotFound))
async def read_early_signal(signal_id: UUID, work: CaseReader, response: Response) -> EarlySignalOut:
    """One early signal, with what was done about it. Its ETag is what If-Match wants."""
    return _out(await acting.read(work, signal_id), response)


@router.post("/early-signals/{signal_id}/acknowledgement", status_code=201, responses=Acting)
async def acknowledge_early_signal(signal_id: UUID, work: FollowUpDoor, request: Request, response: Response) -> EarlySignalOut:
    """Say that somebody looks into it. Needs If-Match."""
    return _out(await acting.acknowledge(work, signal_id, expected_version(request)), response)


@router.post("/early-signals/{signal_id}/dismissal", status_code=201, responses=Acting)
async def dismiss_early_signal(
    signal_id: UUID, body: DismissalIn, work: FollowUpDoor, request: Request, response: Response
) -> EarlySignalOut:
    """Say why it means nothing; the rule is silent about the same subject for a while. Needs If-Match."""
    return _out(await acting.dismiss(work, signal_id, expected_version(request), body.reason), response)


@router.post("/early-signals/{signal_id}/outcome", status_code=201, responses=Acting)
async def conclude_early_signal(
    signal_id: UUID, body: OutcomeIn, work: FollowUpDoor, request: Request, response: Response
) -> EarlySignalOut:
    """Say what came of it: whether it led to help, and what was done. Needs If-Match."""
    return _out(await acting.conclude(work, signal_id, expected_version(request), body.led_to_help, body.what), response)


def _out(signal: acting.Signal, response: Response) -> EarlySignalOut:
    found = EarlySignalOut.of(signal)
    response.headers["ETag"] = etag(found.version)
    return found
