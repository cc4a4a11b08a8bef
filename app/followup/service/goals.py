"""Goals: set one, say what became of it. When all have an outcome aftercare begins; a new one takes the case back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import Missing, checks_from, warnings
from app.followup.events import CaseInAftercare, CaseRelapsed
from app.followup.goals import WhyNotOwn, relapsed, state_after_goal, state_after_outcome
from app.followup.obligations import evaluation_after
from app.followup.service.check_weeks import plan_check, weeks_of
from app.followup.service.notes import opened, sealed_note
from app.followup.service.plan import owe, owned, settle, taking_part
from app.followup.situation import CheckState, Goal, GoalOf, GoalOutcome, ObligationKind, Situation
from app.followup.tables import goal as goal_table
from app.team.audience import Audience
from app.team.service.hearing import insist_on_team
from app.vault import open as vault
from app.vault.purpose import Purpose


class GoalEnded(Conflict):
    """The goal has its outcome already."""

    slug, title = "goal-ended", "The goal has its outcome already"


@dataclass(frozen=True, slots=True)
class NewGoal:
    """A goal to set: whose, what it says, who on the team sees it; of the team's, why there is none of the person's own."""

    of: GoalOf
    what: str
    audience: Audience = None
    why_not_own: WhyNotOwn | None = None


async def set_goal(work: Work, case_id: UUID, new: NewGoal) -> tuple[UUID, Case]:
    """Set a goal.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
        Refused: the case is closed.
        Invalid: it is shown to who is not on the team.
    """
    case, situation = await owned(work, case_id)
    await insist_on_team(work, case, new.audience or (), "/named")
    await vault.load_key(work, case_id)
    goal = Goal(new_id(work.at), new.of)
    work.write(
        goal_table,
        id=goal.id,
        case_id=case_id,
        organisation_id=work.organisation,
        of=new.of,
        set_at=work.at,
        sealed=vault.seal(work, case_id, {"what": new.what}),
        audience=None if new.audience is None else list(new.audience),
        without_own=new.why_not_own,
        version=1,
    )
    cases.line_for(work, case_id, "goal", new.audience, {"goal": str(goal.id), "of": new.of})
    if case.state is State.ACCEPTED:  # a goal is no contact: the clock of the first one runs on
        return goal.id, await cases.touched(work, case)
    if case.state is State.AFTERCARE:
        return goal.id, await _relapse(work, case, situation, goal)
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
    row = await work.one(queries.GOAL_AUDIENCE, goal_id=goal_id)
    cases.line_for(work, case_id, "goal_outcome", row["audience"] if row else (), {"goal": str(goal_id), "outcome": outcome})
    if state is State.AFTERCARE and case.state is not State.AFTERCARE:
        situation = _with_checks(work, case, situation, await weeks_of(work, case_id))
        situation = await _with_evaluation(work, case, situation)
    case = await settle(work, case, situation, state)
    if state is State.AFTERCARE and case.deadline_at:
        event = CaseInAftercare(case_id=case_id, round=situation.last_round, deadline_at=case.deadline_at)
        outbox.record(work, event, case.concerned)
    return case


async def goals(work: Work, case_id: UUID, purpose: Purpose) -> list[dict[str, Any]]:
    """The goals of a case with what they say, the person's own first, then oldest first; the look is logged.

    Raises:
        NotFound, Forbidden: as `plan.taking_part`.
    """
    await taking_part(work, case_id)
    rows = await work.rows(queries.GOALS, case_id=case_id)
    parts = [row[column] for column in ("sealed", "outcome_sealed") for row in rows]
    told = await opened(work, case_id, parts, what="goals of the case", purpose=purpose)
    shown = ("id", "of", "set_at", "outcome", "outcome_at", "audience", "without_own")
    return [
        {**{name: row[name] for name in shown}, "what": what["what"], "note": note.get("note")}
        for row, what, note in zip(rows, told[: len(rows)], told[len(rows) :], strict=True)
    ]


async def _relapse(work: Work, case: Case, situation: Situation, goal: Goal) -> Case:
    """The case back in follow-up, without the checks that were planned; whom it concerns is told."""
    back = await settle(work, case, (await relapse(work, case, situation)).with_goal(goal), state_after_goal(case.state))
    if back.deadline_at is None:
        raise LookupError("A case that is followed up has a deadline.")
    told = CaseRelapsed(
        case_id=case.id, round=situation.last_round, goal_id=goal.id, state=back.state, deadline_at=back.deadline_at
    )
    outbox.record(work, told, back.concerned)
    return back


async def warned(work: Work, case: Case) -> tuple[Missing, ...]:
    """What should not be so with the goals of a case that is not closed; it closes with a reason."""
    if case.state is State.CLOSED:
        return ()
    rows = await work.rows(queries.WHOSE_GOALS, case_id=case.id)
    return warnings([Goal(row["id"], GoalOf(row["of"])) for row in rows], reason_given(rows))


def reason_given(rows: Sequence[Mapping[str, Any]]) -> WhyNotOwn | None:
    """The reason that was given last for a goal of the team while there was none of the person's own."""
    last = max((row for row in rows if row["without_own"]), key=lambda row: row["id"], default=None)
    return WhyNotOwn(last["without_own"]) if last else None


def _with_checks(work: Work, case: Case, situation: Situation, weeks: tuple[int, ...]) -> Situation:
    for check in checks_from(work.at, situation.last_round, lambda: new_id(work.at), weeks):
        plan_check(work, case, check)
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
