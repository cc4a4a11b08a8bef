"""Aftercare checks: record how the person was found, or decide that one is not done."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core.errors import NotFound
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import CheckResult, insist_on_time
from app.followup.obligations import DutyEnded, Waiver, insist_on_words
from app.followup.service.notes import sealed_note
from app.followup.service.plan import owned, settle
from app.followup.situation import Check, CheckState, Situation


async def do_check(work: Work, case_id: UUID, check_id: UUID, result: CheckResult, note: str | None) -> Case:
    """Record an aftercare check.

    Raises:
        NotFound, Forbidden: as `plan.owned`, or there is no such check.
        DutyEnded: it was done or waived. TooEarly: it tells nothing yet.
    """
    case, situation, check = await _planned(work, case_id, check_id)
    insist_on_time(check, work.at)
    ended = {"result": result, "sealed": await sealed_note(work, case_id, note)}
    return await _end(work, case, situation, replace(check, state=CheckState.DONE), ended)


async def waive_check(work: Work, case_id: UUID, check_id: UUID, waiver: Waiver, note: str | None) -> Case:
    """Decide that an aftercare check is not done; reason and role are kept.

    Raises:
        NotFound, Forbidden, DutyEnded: as `do_check`. Invalid: as `obligations.insist_on_words`.
    """
    insist_on_words(waiver, note)
    case, situation, check = await _planned(work, case_id, check_id)
    ended = {"result": waiver.reason, "decided_by": waiver.by, "sealed": await sealed_note(work, case_id, note)}
    return await _end(work, case, situation, replace(check, state=CheckState.WAIVED), ended)


async def _planned(work: Work, case_id: UUID, check_id: UUID) -> tuple[Case, Situation, Check]:
    case, situation = await owned(work, case_id)
    check = situation.check(check_id)
    if check is None:
        raise NotFound("This case has no such aftercare check.")
    if check.state is not CheckState.PLANNED:
        raise DutyEnded(f"This check was {check.state} already.")
    return case, situation, check


async def _end(work: Work, case: Case, situation: Situation, check: Check, ended: Mapping[str, object]) -> Case:
    await work.change(queries.END_CHECK.values(state=check.state, ended_at=work.at, **ended), check_id=check.id)
    told = {"round": check.round, "week": check.week, "state": check.state, "result": ended["result"]}
    cases.line(work, case.id, "aftercare_check", **told)
    return await settle(work, case, situation.with_check(check), case.state)
