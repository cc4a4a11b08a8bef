"""The case of a command with everything that decides what comes next; and its next deadline after the command."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import CaseJoined
from app.cases.service import Case, State
from app.core.errors import Forbidden, NotFound, Refused
from app.core.work import Work
from app.followup import queries
from app.followup.clocks import next_deadline
from app.followup.feedback import PROMISE_LINE
from app.followup.obligations import owed_from_the_start
from app.followup.situation import (
    Check,
    CheckState,
    Duty,
    Goal,
    GoalOf,
    GoalOutcome,
    Obligation,
    ObligationKind,
    ObligationState,
    Pending,
    PendingKind,
    Situation,
)
from app.followup.tables import obligation as obligation_table
from app.team.service.hearing import has_taken_over, insist_on_part

OTHERS: Final = "Follow-up is for the organisation that owns the case. Yours took it in, or is only being asked."
moment = datetime.fromisoformat


async def owned(work: Work, case_id: UUID) -> tuple[Case, Situation]:
    """The case, locked, and its situation, for a command of its owner.

    Raises:
        NotFound: no such case for this organisation.
        Forbidden: another organisation owns it.
        Refused: it is closed.
    """
    case = await _locked(work, case_id)
    _must_own(work, case)
    insist_on_open(case)
    situation = await situation_of(work, case)
    if not situation.obligations:
        situation = await _with_what_is_owed(work, case, situation)
    return case, situation


async def shared(work: Work, case_id: UUID) -> tuple[Case, Situation]:
    """The case, locked, and its situation, for a command of its owner or of somebody on its team.

    Raises:
        NotFound: no such case for this organisation.
        Forbidden: it has no part in the case.
        Refused: it is closed.
    """
    case = await _locked(work, case_id)
    insist_on_open(case)
    if case.owner is None:
        raise Forbidden(OTHERS)
    await insist_on_part(work, case)
    situation = await situation_of(work, case)
    if not situation.obligations:
        situation = await _with_what_is_owed(work, case, situation)
    return case, situation


async def readable(work: Work, case_id: UUID) -> Case:
    """The case, for its owner to read; or for the owner of the case that it was joined into.

    Raises:
        NotFound: no such case for this organisation.
        Forbidden: another organisation owns it.
    """
    case = await cases.get(work, case_id)
    if not await has_taken_over(work, case):
        _must_own(work, case)
    return case


async def taking_part(work: Work, case_id: UUID) -> Case:
    """The case, for its owner and its team to read.

    Raises:
        NotFound: no such case for this organisation. Forbidden: it has no part in the case.
    """
    case = await cases.get(work, case_id)
    await insist_on_part(work, case)
    return case


def insist_on_open(case: Case) -> None:
    """Refuse a command on a case that is closed.

    Raises:
        CaseJoined: it goes on in another case. Refused: it is closed.
    """
    if case.joined_into:
        raise CaseJoined(
            "This case was joined into another: send it there. Nothing was changed.", intoCaseId=str(case.joined_into)
        )
    if case.state is State.CLOSED:
        raise Refused("The case is closed. Reopen it first. Nothing was changed.", state=case.state)


async def with_pending(work: Work, case: Case, situation: Situation) -> Situation:
    """With what other organisations have yet to answer; an invitation that nobody answered in time is over by itself."""
    return replace(situation, pending=pending_in(await work.rows(queries.PENDING, case_id=case.id), work.at))


def pending_in(rows: Sequence[Mapping[str, Any]], at: datetime) -> tuple[Pending, ...]:
    """What `case_pending` tells, as far as somebody may still answer it."""
    pending = (Pending(PendingKind(row["kind"]), row["id"], row["organisation_id"], row["until"]) for row in rows)
    return tuple(one for one in pending if one.kind is PendingKind.HANDOVER or one.until > at)


async def seen(work: Work, case_id: UUID) -> tuple[Case, Situation]:
    """The case and its situation, for its owner to read.

    Raises:
        NotFound, Forbidden: as `readable`.
    """
    case = await readable(work, case_id)
    situation = await situation_of(work, case)
    if situation.obligations:
        return case, situation
    return case, replace(situation, obligations=await owed_in(work, case))


async def settle(work: Work, case: Case, situation: Situation, state: State) -> Case:
    """The case after a human act: in `state`, with the deadline that its situation demands.

    When that deadline is still the one it had, the act has not met it: what is overdue goes on climbing.
    """
    deadline = next_deadline(replace(situation, state=state), work.at)
    if deadline and (state, deadline.at, deadline.kind) == (case.state, case.deadline_at, case.deadline_kind):
        return await cases.touched(work, case)
    return await cases.moved(
        work,
        case,
        state,
        deadline_at=deadline.at if deadline else None,
        deadline_kind=deadline.kind if deadline else None,
    )


def owe(work: Work, case: Case, obligation: Obligation) -> None:
    """Store a new obligation, with the rest of this work."""
    work.write(
        obligation_table,
        case_id=case.id,
        organisation_id=work.organisation,
        kind=obligation.kind,
        due_at=obligation.due_at,
        state=obligation.state,
        facts={},
        version=1,
    )


async def _locked(work: Work, case_id: UUID) -> Case:
    try:
        return await cases.locked(work, case_id)
    except NotFound:  # one that was joined into ours is ours to read, not to change
        insist_on_open(await cases.get(work, case_id))
        raise


def _must_own(work: Work, case: Case) -> None:
    if case.owner != work.organisation:
        raise Forbidden(OTHERS)


async def situation_of(work: Work, case: Case) -> Situation:
    """What is stored about the follow-up of an owned case."""
    row = await work.one(queries.CLOCK, case_id=case.id)
    told = row and row["told"]
    if told is None:
        raise Forbidden(OTHERS)
    return situation_in(case, told)


def situation_in(case: Case, told: Mapping[str, Any]) -> Situation:
    """The situation that `case_clock` tells of an owned case."""
    if case.accepted_at is None:
        raise LookupError("A case with an owner was accepted at a moment.")
    return Situation(
        state=case.state,
        urgency=case.urgency,
        accepted_at=case.accepted_at,
        goals=tuple(
            Goal(UUID(one["id"]), GoalOf(one["of"]), GoalOutcome(one["outcome"]) if one["outcome"] else None)
            for one in told["goals"]
        ),
        checks=tuple(
            Check(UUID(one["id"]), one["round"], one["week"], moment(one["due_at"]), CheckState(one["state"]))
            for one in told["checks"]
        ),
        obligations=tuple(
            Obligation(ObligationKind(one["kind"]), moment(one["due_at"]), ObligationState(one["state"]), one["deferred"])
            for one in told["obligations"]
        ),
        duties=tuple(
            Duty(
                UUID(one["id"]),
                one["kind"],
                moment(one["due_at"]) if one["due_at"] else None,
                UUID(one["assigned_to"]) if one["assigned_to"] else None,
            )
            for one in told["items"]
        ),
    )


async def owed_in(work: Work, case: Case) -> tuple[Obligation, ...]:
    """What is owed in a case on which nobody has worked yet; intake passed its promise on as a line of the timeline."""
    promise = next((line for line in await cases.lines(work, case.id) if line.kind == PROMISE_LINE), None)
    told, at = (promise.facts, promise.at) if promise else (None, None)
    return owed_from_the_start(case.opened_at, told, at, case.accepted_at)


async def _with_what_is_owed(work: Work, case: Case, situation: Situation) -> Situation:
    owed = await owed_in(work, case)
    for one in owed:
        owe(work, case, one)
    await work.flush()  # the command that follows may change them
    return replace(situation, obligations=owed)
