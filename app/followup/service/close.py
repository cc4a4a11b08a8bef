"""Close a case, when nothing is missing; else say everything that is."""

from enum import StrEnum
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import Refused
from app.core.http import match
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import Missing, missing
from app.followup.events import CaseClosed
from app.followup.service.plan import owned, seen, settle
from app.followup.situation import Situation


class ClosingOutcome(StrEnum):
    """How it is with the person now."""

    BETTER = "better"
    STABLE = "stable"
    ELSEWHERE = "elsewhere"  # in the care of somebody who is not in this system
    DECEASED = "deceased"
    UNKNOWN = "unknown"


class CaseNotFinished(Refused):
    """Something is missing; `missing` names all of it."""

    slug, title = "case-not-finished", "The case is not finished"


async def checklist(work: Work, case_id: UUID) -> tuple[Case, tuple[Missing, ...]]:
    """The case, and everything that still forbids closing it; empty when it may close, or is closed.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
    """
    case, situation = await seen(work, case_id)
    return case, () if case.state is State.CLOSED else await _lacking(work, case, situation)


async def close(work: Work, case_id: UUID, version: int, outcome: ClosingOutcome) -> Case:
    """Close the case; retention begins.

    Raises:
        NotFound, Forbidden: as `plan.owned`. Stale: it was changed since it was read.
        CaseNotFinished: something is missing; all of it is named.
    """
    case, situation = await owned(work, case_id)
    match(version, case.version)
    lacking = await _lacking(work, case, situation)
    if lacking:
        listed = [{"code": one.code, "detail": one.sentence, "subject": one.subject and str(one.subject)} for one in lacking]
        count = "One thing is" if len(listed) == 1 else f"{len(listed)} things are"
        raise CaseNotFinished(f"{count} missing; `missing` names all of it. Nothing was changed.", missing=listed)
    cases.line(work, case_id, "closing_outcome", outcome=outcome)
    closed = await settle(work, case, situation, State.CLOSED)
    event = CaseClosed(case_id=case_id, outcome=outcome, closed_at=closed.closed_at or work.at)
    outbox.record(work, event, closed.concerned)
    return closed


async def _lacking(work: Work, case: Case, situation: Situation) -> tuple[Missing, ...]:
    row = await work.one(queries.BEING_HANDED_OVER, case_id=case.id)
    if row is None or row["handover"] is None:
        return missing(situation)
    asked = Missing(
        "handover", "Somebody is being asked to take the case over: withdraw that, or wait for the answer.", row["handover"]
    )
    return (*missing(situation), asked)
