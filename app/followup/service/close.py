"""Close a case, when nothing is missing; else say everything that is."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import FieldError, Invalid, Refused
from app.core.http import match
from app.core.work import Work
from app.followup.aftercare import Missing, missing
from app.followup.events import CaseClosed
from app.followup.goals import lacks_own
from app.followup.service.goals import warned
from app.followup.service.plan import owned, seen, settle, with_pending
from app.followup.situation import Situation


class ClosingOutcome(StrEnum):
    """How it is with the person now."""

    BETTER = "better"
    STABLE = "stable"
    ELSEWHERE = "elsewhere"  # in the care of somebody who is not in this system
    DECEASED = "deceased"
    UNKNOWN = "unknown"


class WithoutOwnGoal(StrEnum):
    """Why none of the goals was the person's own."""

    NOT_WANTED = "not_wanted"  # the person was asked, and wanted none
    NOT_ABLE = "not_able"  # the person could not say
    UNREACHABLE = "unreachable"
    DECEASED = "deceased"
    NOT_ASKED = "not_asked"  # an honest answer, that can be learnt from


@dataclass(frozen=True, slots=True)
class Checklist:
    """What forbids closing, and what needs a reason."""

    missing: tuple[Missing, ...] = ()
    warnings: tuple[Missing, ...] = ()


class CaseNotFinished(Refused):
    """Something is missing; `missing` names all of it."""

    slug, title = "case-not-finished", "The case is not finished"


async def checklist(work: Work, case_id: UUID) -> tuple[Case, Checklist]:
    """The case, and everything that still forbids closing it, or needs a reason; empty when it may close, or is closed.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
    """
    case, situation = await seen(work, case_id)
    if case.state is State.CLOSED:
        return case, Checklist()
    return case, Checklist(missing(await with_pending(work, case, situation)), await warned(work, case))


async def close(
    work: Work, case_id: UUID, version: int, outcome: ClosingOutcome, without_own_goal: WithoutOwnGoal | None = None
) -> Case:
    """Close the case; retention begins.

    Raises:
        NotFound, Forbidden: as `plan.owned`. Stale: it was changed since it was read.
        CaseNotFinished: something is missing; all of it is named.
        Invalid: no goal was the person's own, and nobody says why.
    """
    case, situation = await owned(work, case_id)
    match(version, case.version)
    lacking = missing(await with_pending(work, case, situation))
    if lacking:
        listed = [_told(one) for one in lacking]
        count = "One thing is" if len(listed) == 1 else f"{len(listed)} things are"
        raise CaseNotFinished(f"{count} missing; `missing` names all of it. Nothing was changed.", missing=listed)
    reason = _reason(situation, without_own_goal)
    cases.line(work, case_id, "closing_outcome", outcome=outcome, **reason)
    closed = await settle(work, case, situation, State.CLOSED)
    event = CaseClosed(case_id=case_id, outcome=outcome, closed_at=closed.closed_at or work.at)
    outbox.record(work, event, closed.concerned)
    return closed


def _told(one: Missing) -> dict[str, str | None]:
    subject, responsible = (str(value) if value else None for value in (one.subject, one.responsible))
    return {"code": one.code, "detail": one.sentence, "subject": subject, "responsible": responsible}


def _reason(situation: Situation, told: WithoutOwnGoal | None) -> dict[str, str]:
    if not lacks_own(situation.goals):
        return {}
    if told is None:
        fault = FieldError("/withoutOwnGoal", "own_goal", "None of the goals is the person's own: say why.")
        raise Invalid("Something needs a reason before this case closes. Nothing was changed.", errors=[fault])
    return {"without_own_goal": told}
