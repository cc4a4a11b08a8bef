"""Do, waive or put off what is owed: aftercare checks, feedback to the caller, informing the person, the evaluation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import CheckResult, insist_on_time
from app.followup.feedback import Listener, insist
from app.followup.obligations import NotOwedYet, Waiver, deferred
from app.followup.service.plan import owned, settle
from app.followup.situation import CheckState, Obligation, ObligationKind, ObligationState, Situation


class DutyEnded(Conflict):
    """It was done or waived already."""

    slug, title = "duty-ended", "It was done or waived already"


async def do_check(work: Work, case_id: UUID, check_id: UUID, result: CheckResult) -> Case:
    """Record an aftercare check.

    Raises:
        NotFound, Forbidden: as `plan.owned`, or there is no such check.
        DutyEnded: it was done or waived. TooEarly: it tells nothing yet.
    """
    return await _end_check(work, case_id, check_id, CheckState.DONE, str(result))


async def waive_check(work: Work, case_id: UUID, check_id: UUID, waiver: Waiver) -> Case:
    """Decide that an aftercare check is not done; reason and role are kept.

    Raises:
        NotFound, Forbidden, DutyEnded: as `do_check`.
    """
    return await _end_check(work, case_id, check_id, CheckState.WAIVED, f"{waiver.reason} ({waiver.by})")


async def _end_check(work: Work, case_id: UUID, check_id: UUID, state: CheckState, result: str) -> Case:
    case, situation = await owned(work, case_id)
    check = situation.check(check_id)
    if check is None:
        raise NotFound("This case has no such aftercare check.")
    if check.state is not CheckState.PLANNED:
        raise DutyEnded(f"This check was {check.state} already.")
    if state is CheckState.DONE:
        insist_on_time(check, work.at)
    ended = queries.END_CHECK.values(state=state, result=result, ended_at=work.at, version=2)
    await work.change(ended, check_id=check_id)
    cases.line(work, case_id, "aftercare_check", week=check.week, state=state)
    return await settle(work, case, situation.with_check(replace(check, state=state)), case.state)


async def fulfil(
    work: Work, case_id: UUID, kind: ObligationKind, facts: Mapping[str, Any], listener: Listener | None = None
) -> Case:
    """Record that something owed was done. `facts` are codes; for feedback, `listener` is who heard it.

    Raises:
        NotFound, Forbidden: as `plan.owned`. NotOwedYet: its moment has not come. DutyEnded: it was done or waived.
        OutcomeNotForListener: the law forbids telling this listener the outcome.
    """
    if kind is ObligationKind.FEEDBACK:
        insist(listener or Listener.OTHER, outcome_told=bool(facts.get("outcome_told")))
    told = {**facts, **({"listener": listener} if listener else {})}
    return await _end(work, case_id, kind, ObligationState.DONE, told)


async def waive(work: Work, case_id: UUID, kind: ObligationKind, waiver: Waiver) -> Case:
    """Decide that something owed is not done; reason and role are kept.

    Raises:
        NotFound, Forbidden, NotOwedYet, DutyEnded: as `fulfil`.
    """
    return await _end(work, case_id, kind, ObligationState.WAIVED, {"reason": waiver.reason, "by": waiver.by})


async def defer(work: Work, case_id: UUID, kind: ObligationKind, review_by: datetime, reason: str) -> Case:
    """Put off informing the person, to be looked at again at `review_by`.

    Raises:
        NotFound, Forbidden, NotOwedYet, DutyEnded: as `fulfil`. NotDeferrable, Invalid: as `obligations.deferred`.
    """
    case, owed, situation = await _open(work, case_id, kind)
    later = deferred(owed, review_by, work.at)
    changed = queries.CHANGE_OBLIGATION.values(due_at=later.due_at, facts={"deferred": reason})
    await work.change(changed, of_case=case_id, of_kind=kind)
    cases.line(work, case_id, "deferred", what=kind, reason=reason, until=review_by)
    return await _settled(work, case, situation.with_obligation(later))


async def _end(work: Work, case_id: UUID, kind: ObligationKind, state: ObligationState, facts: Mapping[str, Any]) -> Case:
    case, owed, situation = await _open(work, case_id, kind)
    ended = queries.CHANGE_OBLIGATION.values(state=state, ended_at=work.at, facts=dict(facts), version=2)
    await work.change(ended, of_case=case_id, of_kind=kind)
    cases.line(work, case_id, kind, state=state)
    return await _settled(work, case, situation.with_obligation(replace(owed, state=state)))


async def _open(work: Work, case_id: UUID, kind: ObligationKind) -> tuple[Case, Obligation, Situation]:
    case, situation = await owned(work, case_id)
    owed = situation.obligation(kind)
    if owed is None:
        raise NotOwedYet(f"Nothing of the kind {kind} is owed in this case now.", kind=kind)
    if owed.state is not ObligationState.OPEN:
        raise DutyEnded(f"It was {owed.state} already.", kind=kind)
    return case, owed, situation


async def _settled(work: Work, case: Case, situation: Situation) -> Case:
    if case.state is State.ACCEPTED:  # none of these is a contact: the clock of the first one runs on
        return await cases.touched(work, case)
    return await settle(work, case, situation, case.state)
