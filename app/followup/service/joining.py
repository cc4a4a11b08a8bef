"""Join a case into another: proposed by its owner, agreed by the other's; what is still to be done goes over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Row, Work
from app.followup import queries
from app.followup.events import CaseTied
from app.followup.goals import state_after_goal
from app.followup.service.carrying import carry, resealed
from app.followup.service.goals import relapse
from app.followup.service.plan import owe, owed_in, owned, settle
from app.followup.situation import Goal, GoalOf, Obligation, ObligationKind, ObligationState, Situation
from app.followup.tables import case_tie
from app.followup.tables import goal as goal_table
from app.followup.ties import (
    ANSWER_WITHIN,
    UNDO_WITHIN,
    JoinReason,
    Tie,
    TieEnded,
    TieKind,
    TieState,
    insist_on_joinable,
    insist_on_standing,
    tie_of,
)
from app.team.service.hearing import hears, on_team
from app.team.service.owning import let_go

PROMISES = (ObligationKind.FEEDBACK, ObligationKind.STILL_WORRIED)


@dataclass(frozen=True, slots=True)
class Tied:
    """A tie and the case that goes on."""

    tie: Tie
    case: Case


async def propose(work: Work, case_id: UUID, version: int, into: UUID, reason: JoinReason) -> Tied:
    """The owner of a case joins it into another: at once when it owns both, else when the other's owner agrees.

    Raises:
        NotFound, Forbidden, Refused, CaseJoined: as `plan.owned`; or the other case is not for this organisation. Stale.
        Invalid: a case and itself. CantJoinCases: something stands in the way. TieEnded: it is proposed already.
    """
    if case_id == into:
        raise Invalid("A case can't be joined into itself.", errors=[FieldError("/into", "itself", "Another case.")])
    both = {one: await cases.locked(work, one) for one in sorted((case_id, into))}  # in order, as everybody does who joins
    other = both[into]
    case, situation = await owned(work, case_id)
    match(version, case.version)
    insist_on_joinable(other.state, (), handover=False)
    insist_on_joinable(case.state, [duty.kind for duty in situation.duties], handover=False)
    if any(tie.state is TieState.PROPOSED and tie.answer_by and tie.answer_by > work.at for tie in await ties(work, case_id)):
        raise TieEnded("It is proposed already to join this case. Wait for the answer. Nothing was changed.")
    tie_id, answer_by = new_id(work.at), work.at + ANSWER_WITHIN
    work.write(
        case_tie, id=tie_id, kind=TieKind.JOINED, case_id=case_id, other_case_id=into, organisation_id=work.organisation,
        other_organisation_id=other.owner, key_id=work.actor.key, state=TieState.PROPOSED, reason=reason, at=work.at,
        answer_by=answer_by, before={}, moved={}, version=1,
    )  # fmt: skip
    await work.flush()
    if other.owner == work.organisation:
        return await _join(work, await tie(work, case_id, tie_id))
    cases.line(work, case_id, "joining_proposed", tie=str(tie_id), other_case_id=str(into), reason=reason)
    event = CaseTied(case_id=into, other_case_id=case_id, tie_id=tie_id, tie="proposed", reason=reason, answer_by=answer_by)
    outbox.record(work, event, (other.owner, work.organisation) if other.owner else (work.organisation,))
    return Tied(await tie(work, case_id, tie_id), await cases.touched(work, case))


async def answer(work: Work, case_id: UUID, tie_id: UUID, version: int, *, accept: bool) -> Tied:
    """The owner of the case that is to go on agrees, or not.

    Raises:
        NotFound: no such proposal to this organisation. Stale. TieEnded: it was answered, or its term has passed.
        CantJoinCases: something stands in the way now.
    """
    found = await _to_me(work, case_id, tie_id, version)
    insist_on_standing(found, TieState.PROPOSED, found.answer_by, work.at)
    if accept:
        return await _join(work, found)
    declined = queries.CHANGE_TIE.values(state=TieState.DECLINED, answered_at=work.at)
    await work.change(declined, tie_id=tie_id, seen=version)
    event = CaseTied(case_id=found.case_id, other_case_id=case_id, tie_id=tie_id, tie="declined", reason=found.reason)
    outbox.record(work, event, (found.organisation, work.organisation))
    return Tied(await tie(work, case_id, tie_id), await cases.get(work, case_id))


async def undo(work: Work, case_id: UUID, tie_id: UUID, version: int) -> Tied:
    """They were two after all, says the owner of the case that went on: the other goes on where it stood, with its own owner.

    Raises:
        NotFound, Stale: as `answer`. TieEnded: it was undone, or its term has passed. Refused: the case is closed.
    """
    found = await _to_me(work, case_id, tie_id, version)
    insist_on_standing(found, TieState.DONE, found.reversible_until, work.at)
    await work.one(queries.LOCK_TIE, tie=tie_id)
    case, situation = await owned(work, case_id)
    other = await cases.get(work, found.case_id)
    await work.change(queries.UNJOIN_CASE, tie=tie_id, moment=work.at)
    for copy in found.moved.get("items", ()):
        situation = situation.without(UUID(copy["to"]))
    cases.line(work, other.id, "unjoined", other_case_id=str(case_id))
    cases.line(work, case_id, "unjoined", other_case_id=str(other.id))
    event = CaseTied(case_id=other.id, other_case_id=case_id, tie_id=tie_id, tie="unjoined", reason=found.reason)
    outbox.record(work, event, (*other.concerned, *case.concerned, *await hears(work, case)))
    case = await settle(work, case, situation, case.state)
    return Tied(await tie(work, case_id, tie_id), case)


async def ties(work: Work, case_id: UUID) -> list[Tie]:
    """How a case hangs together with others, oldest first.

    Raises:
        NotFound: no such case for this organisation.
    """
    await cases.get(work, case_id)
    return [tie_of(row) for row in await work.rows(queries.TIES, case_id=case_id)]


async def tie(work: Work, case_id: UUID, tie_id: UUID) -> Tie:
    """One of them.

    Raises:
        NotFound: there is none that this organisation may see.
    """
    found = next((tie_of(row) for row in await work.rows(queries.TIES, case_id=case_id) if row["id"] == tie_id), None)
    if found is None:
        raise NotFound("This case has no such tie, or it is not for your organisation.")
    return found


async def _to_me(work: Work, case_id: UUID, tie_id: UUID, version: int) -> Tie:
    found = await tie(work, case_id, tie_id)
    if found.kind is not TieKind.JOINED or found.other_case_id != case_id:
        raise NotFound("No case was, or is to be, joined into this one under this id.")
    if (await cases.get(work, case_id)).owner != work.organisation:
        raise NotFound("That is for the owner of the case that goes on.")
    match(version, found.version)
    return found


async def _join(work: Work, found: Tie) -> Tied:
    """The one ends, the other takes over what is still to be done, under words of its own."""
    row = await work.one(queries.LOCK_TIE, tie=found.id)
    told = row and row["told"]
    if not told or told["owner"] != str(found.organisation):
        raise TieEnded("The case has another owner by now: it must propose it again. Nothing was changed.")
    insist_on_joinable(State(told["state"]), told["kinds"], handover=told["handover"])
    case, situation = await owned(work, found.other_case_id)
    ended = await work.one(queries.JOIN_CASE, tie=found.id, moment=work.at, until=work.at + UNDO_WITHIN)
    ids = set(ended["ids"]) if ended else set()
    other = await cases.get(work, found.case_id)  # ours to read by now, also when another organisation had it
    rows = [one for one in await work.rows(queries.ITEMS, case_id=other.id) if one["id"] in ids]
    carried = await carry(work, rows, other.id, case, team=await on_team(work, case.id))
    await work.flush()
    for one in carried:
        situation = situation.with_duty(one.duty) if one.duty else situation
    await let_go(work, other)
    await work.change(queries.TIE_ITEMS, tie_id=found.id, items=[one.ids for one in carried])
    state, situation = await _with_goals(work, other, case, situation)
    situation = await _with_promises(work, other, case, situation)
    for about, into in ((other, case), (case, other)):
        kind = "joined" if about is other else "joined_by"
        cases.line(work, about.id, kind, other_case_id=str(into.id), reason=found.reason)
    event = CaseTied(case_id=other.id, other_case_id=case.id, tie_id=found.id, tie="joined", reason=found.reason)
    outbox.record(work, event, (*other.concerned, *await hears(work, other), *case.concerned, *await hears(work, case)))
    case = await settle(work, case, situation, state)
    return Tied(await tie(work, case.id, found.id), case)


async def _with_goals(work: Work, other: Case, case: Case, situation: Situation) -> tuple[State, Situation]:
    """Goals that are still being worked on, the person's own among them; in aftercare they take the case back."""
    rows: Sequence[Row] = [row for row in await work.rows(queries.GOALS, case_id=other.id) if row["outcome"] is None]
    sealed = await resealed(work, other.id, case.id, [row["sealed"] for row in rows])
    for row, words in zip(rows, sealed, strict=True):
        goal = Goal(new_id(work.at), GoalOf(row["of"]))
        situation = situation.with_goal(goal)
        work.write(
            goal_table, id=goal.id, case_id=case.id, organisation_id=work.organisation, of=goal.of, set_at=work.at, sealed=words,
            version=1, audience=[],
        )  # fmt: skip
    if not rows or case.state is not State.AFTERCARE:
        return case.state, situation
    return state_after_goal(case.state), await relapse(work, case, situation)


async def _with_promises(work: Work, other: Case, case: Case, situation: Situation) -> Situation:
    """What its callers were promised is owed in the case that goes on, by the sooner moment."""
    rows = await work.rows(queries.OBLIGATIONS, case_id=other.id)
    stored = [Obligation(ObligationKind(row["kind"]), row["due_at"], ObligationState(row["state"])) for row in rows]
    for owed in stored or await owed_in(work, other):
        if owed.kind not in PROMISES or owed.state is not ObligationState.OPEN:
            continue
        known = situation.obligation(owed.kind)
        if known is None:
            owe(work, case, owed)
        elif known.state is ObligationState.OPEN:
            owed = replace(owed, due_at=min(owed.due_at, known.due_at))  # noqa: PLW2901
            await work.change(queries.CHANGE_OBLIGATION.values(due_at=owed.due_at), of_case=case.id, of_kind=owed.kind)
        else:
            again = queries.OPEN_OBLIGATION_AGAIN.values(due_at=owed.due_at, facts={})
            await work.change(again, of_case=case.id, of_kind=owed.kind)
        situation = situation.with_obligation(owed)
    return situation
