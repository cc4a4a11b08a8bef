"""Goals: set one, say what became of it. When all have an outcome aftercare begins; a new one takes the case back."""

from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import checks_from
from app.followup.events import CaseInAftercare
from app.followup.goals import relapsed, state_after_goal, state_after_outcome
from app.followup.obligations import evaluation_after
from app.followup.service.notes import opened, sealed_note
from app.followup.service.plan import owe, owned, readable, settle
from app.followup.situation import CheckState, Goal, GoalOf, GoalOutcome, ObligationKind, Situation
from app.followup.tables import aftercare_check as check_table
from app.followup.tables import goal as goal_table
from app.vault import open as vault
from app.vault.purpose import Purpose


class GoalEnded(Conflict):
    """The goal has its outcome already."""

    slug, title = "goal-ended", "The goal has its outcome already"


async def set_goal(work: Work, case_id: UUID, of: GoalOf, what: str) -> tuple[UUID, Case]:
    """Set a goal.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
        Refused: the case is closed.
    """
    case, situation = await owned(work, case_id)
    await vault.load_key(work, case_id)
    goal = Goal(new_id(work.at), of)
    work.write(
        goal_table,
        id=goal.id,
        case_id=case_id,
        organisation_id=work.organisation,
        of=of,
        set_at=work.at,
        sealed=vault.seal(work, case_id, {"what": what}),
        version=1,
    )
    cases.line(work, case_id, "goal", goal=str(goal.id), of=of)
    if case.state is State.ACCEPTED:  # a goal is no contact: the clock of the first one runs on
        return goal.id, await cases.touched(work, case)
    if case.state is State.AFTERCARE:
        situation = await relapse(work, case, situation)
    return goal.id, await settle(work, case, situation.with_goal(goal), state_after_goal(case.state))


async def relapse(work: Work, case: Case, situation: Situation) -> Situation:
    """The situation of a case that leaves aftercare: the checks that were planned are ended."""
    ended = queries.END_PLANNED_CHECKS.values(state=CheckState.WAIVED, result="relapse", ended_at=work.at)
    await work.change(ended, of_case=case.id)
    return relapsed(situation)


async def give_outcome(work: Work, case_id: UUID, goal_id: UUID, outcome: GoalOutcome, note: str | None = None) -> Case:
    """Say what became of a goal; with the last one aftercare begins, its checks planned.

    Raises:
        NotFound, Forbidden: as `plan.owned`, or there is no such goal.
        GoalEnded: it has its outcome already.
        NoContactYet: the person was neither reached nor refused.
    """
    case, situation = await owned(work, case_id)
    goal = situation.goal(goal_id)
    if goal is None:
        raise NotFound("This case has no such goal.")
    if goal.outcome:
        raise GoalEnded(f"This goal was {goal.outcome}. Set a new one when it must be worked on again.")
    situation = situation.with_goal(Goal(goal.id, goal.of, outcome))
    state = state_after_outcome(situation)
    sealed = await sealed_note(work, case_id, note)
    ended = queries.END_GOAL.values(outcome=outcome, outcome_at=work.at, outcome_sealed=sealed)
    await work.change(ended, goal_id=goal_id)
    cases.line(work, case_id, "goal_outcome", goal=str(goal_id), outcome=outcome)
    if state is State.AFTERCARE and case.state is not State.AFTERCARE:
        situation = await _with_evaluation(work, case, _with_checks(work, case, situation))
    case = await settle(work, case, situation, state)
    if state is State.AFTERCARE and case.deadline_at:
        event = CaseInAftercare(case_id=case_id, round=situation.last_round, deadline_at=case.deadline_at)
        outbox.record(work, event, case.concerned)
    return case


async def goals(work: Work, case_id: UUID, purpose: Purpose) -> list[dict[str, Any]]:
    """The goals of a case with what they say, oldest first; the look is logged.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
    """
    await readable(work, case_id)
    rows = await work.rows(queries.GOALS, case_id=case_id)
    parts = [row[column] for column in ("sealed", "outcome_sealed") for row in rows]
    told = await opened(work, case_id, parts, what="goals of the case", purpose=purpose)
    shown = ("id", "of", "set_at", "outcome", "outcome_at")
    return [
        {**{name: row[name] for name in shown}, "what": what["what"], "note": note.get("note")}
        for row, what, note in zip(rows, told[: len(rows)], told[len(rows) :], strict=True)
    ]


def _with_checks(work: Work, case: Case, situation: Situation) -> Situation:
    checks = checks_from(work.at, situation.last_round, lambda: new_id(work.at))
    for check in checks:
        work.write(
            check_table,
            id=check.id,
            case_id=case.id,
            organisation_id=work.organisation,
            round=check.round,
            week=check.week,
            due_at=check.due_at,
            state=check.state,
            version=1,
        )
        situation = situation.with_check(check)
    return situation


async def _with_evaluation(work: Work, case: Case, situation: Situation) -> Situation:
    """With the evaluation owed after the last check; one that was made before a relapse must be made again."""
    evaluation = evaluation_after(situation.checks)
    if situation.obligation(ObligationKind.EVALUATION) is None:
        owe(work, case, evaluation)
    else:
        again = queries.OPEN_OBLIGATION_AGAIN.values(due_at=evaluation.due_at, facts={})
        await work.change(again, of_case=case.id, of_kind=evaluation.kind)
    return situation.with_obligation(evaluation)
