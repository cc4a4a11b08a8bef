"""The weeks of the aftercare checks of one case: another plan, with its reason."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core.ids import new_id
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import CHECK_WEEKS, checks_from
from app.followup.check_weeks import WeeksReason, insist_on_weeks, replanned
from app.followup.items import ItemKind, NewItem
from app.followup.obligations import evaluation_after
from app.followup.service.items import add
from app.followup.service.plan import owned
from app.followup.situation import Check, CheckState, ObligationKind, ObligationState, Situation
from app.followup.tables import aftercare_check


async def weeks_of(work: Work, case_id: UUID) -> tuple[int, ...]:
    """The weeks in which this person is looked at; for the owner of the case."""
    row = await work.one(queries.LAST_OF_KIND, case_id=case_id, kind=ItemKind.AFTERCARE_PLAN)
    return tuple(row["facts"]["weeks"]) if row else CHECK_WEEKS


async def choose_weeks(work: Work, case_id: UUID, weeks: list[int], reason: WeeksReason, note: str | None) -> Case:
    """Look at this person in other weeks: from the next round of aftercare on, and in the one that runs.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. Invalid: as `check_weeks`.
    """
    chosen = insist_on_weeks(weeks)
    case, situation = await owned(work, case_id)
    if case.state is State.AFTERCARE:
        situation = await _replanned(work, case, situation, chosen)
    facts = {"weeks": list(chosen), "reason": reason}
    plan = NewItem(ItemKind.AFTERCARE_PLAN, work.at, facts=facts, words={"note": note})
    _, case = await add(work, case, situation, plan)
    return case


def plan_check(work: Work, case: Case, check: Check) -> None:
    """Store a planned check, with the rest of this work."""
    work.write(
        aftercare_check, id=check.id, case_id=case.id, organisation_id=work.organisation, round=check.round, week=check.week,
        due_at=check.due_at, state=check.state, version=1,
    )  # fmt: skip


async def _replanned(work: Work, case: Case, situation: Situation, weeks: tuple[int, ...]) -> Situation:
    began = await _began(work, case)
    situation = await _revived(work, situation, weeks)
    of_round = [one for one in situation.checks if one.round == situation.last_round]
    new = replanned(of_round, weeks, began, work.at)
    for check in new.dropped:
        ended = queries.END_CHECK.values(state=CheckState.WAIVED, result="replanned", ended_at=work.at)
        await work.change(ended, check_id=check.id)
        situation = situation.with_check(replace(check, state=CheckState.WAIVED))
    for check in checks_from(began, situation.last_round - 1, lambda: new_id(work.at), new.added):
        plan_check(work, case, check)
        situation = situation.with_check(check)
    evaluation = situation.obligation(ObligationKind.EVALUATION)
    if evaluation and evaluation.state is ObligationState.OPEN:
        later = evaluation_after(tuple(one for one in situation.checks if one.round == situation.last_round))
        await work.change(queries.CHANGE_OBLIGATION.values(due_at=later.due_at), of_case=case.id, of_kind=later.kind)
        situation = situation.with_obligation(later)
    return situation


async def _revived(work: Work, situation: Situation, weeks: tuple[int, ...]) -> Situation:
    """With the checks that an earlier plan had dropped and this one wants again."""
    for check in situation.checks:
        again = check.round == situation.last_round and check.week in weeks and check.due_at > work.at
        if again and check.state is CheckState.WAIVED and await work.change(queries.REVIVE_CHECK, check_id=check.id):
            situation = situation.with_check(replace(check, state=CheckState.PLANNED))
    return situation


async def _began(work: Work, case: Case) -> datetime:
    lines = [line for line in await cases.lines(work, case.id) if line.kind == State.AFTERCARE]
    return lines[-1].at
