"""What becomes of a case: each change of state leaves a line on its timeline; rooms above announce their own events."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.cases import queries
from app.cases.case import Case
from app.cases.deadlines import DeadlineKind, first_contact_by, remind_at, take_up_by
from app.cases.lifecycle import State, Urgency, step
from app.cases.service.rows import line
from app.core.errors import Refused, Stale
from app.core.work import Work

# Where a column has another name than the field of `Case`.
NAMED: Final = {"owner_organisation_id": "owner"}


async def offered_again(work: Work, case: Case, to: UUID, accept_by: datetime, promised_at: datetime | None = None) -> Case:
    """The next organisation is being asked. `case` must be locked, and still be seen by who does this."""
    line(work, case.id, "offered", to=to, accept_by=accept_by)
    state = step(case.state, State.OFFERED)
    return await _change(work, case, state=state, deadline_at=accept_by, next_climb_at=accept_by, promised_at=promised_at)


async def accepted(work: Work, case: Case, by: UUID, coordinator: str | None) -> Case:
    """Somebody is responsible from this moment, and the clock of the first contact runs. `case` must be locked.

    Raises:
        Refused: it is not being offered.
    """
    state = step(case.state, State.ACCEPTED)
    deadline = first_contact_by(case.urgency, work.at)
    changed = await _change(
        work,
        case,
        state=state,
        owner_organisation_id=by,
        coordinator=coordinator,
        accepted_at=work.at,
        deadline_at=deadline,
        deadline_kind=DeadlineKind.FIRST_CONTACT,
        climbed=0,
        next_climb_at=remind_at(deadline, work.at),
    )
    line(work, case.id, "accepted", first_contact_by=deadline)
    return changed


async def moved(work: Work, case: Case, to: State, *, deadline_at: datetime | None, deadline_kind: DeadlineKind | None) -> Case:
    """The case in its next state (or the same one with a new deadline); what was overdue counts as done. Must be locked.

    Raises:
        Refused: there is no such step.
    """
    state = case.state if to == case.state else step(case.state, to)
    changed = await _change(
        work,
        case,
        state=state,
        deadline_at=deadline_at,
        deadline_kind=deadline_kind,
        climbed=0,
        next_climb_at=remind_at(deadline_at, work.at) if deadline_at else None,
        closed_at=work.at if state is State.CLOSED else None,
    )
    if state is not case.state:
        line(work, case.id, state, deadline_at=deadline_at)
    return changed


async def raised(work: Work, case: Case, urgency: Urgency, flags: Iterable[str], deadline_at: datetime | None) -> Case:
    """The case is more urgent than was thought; a sooner deadline, or None: it stays. Must be locked."""
    line(work, case.id, "urgency_raised", urgency=urgency)
    columns: dict[str, Any] = {"urgency": urgency, "flags": sorted({*case.flags, *flags})}
    if deadline_at and case.deadline_at and deadline_at < case.deadline_at:
        rings_at = deadline_at if case.state is State.OFFERED else remind_at(deadline_at, work.at)
        columns |= {"deadline_at": deadline_at, "next_climb_at": rings_at}
    return await _change(work, case, **columns)


async def moved_to(work: Work, case: Case, code: str, to: UUID, accept_by: datetime, promised_at: datetime | None) -> Case:
    """The place was corrected before anybody accepted: somebody else is asked. Must be locked."""
    line(work, case.id, "rerouted", municipality_code=code)
    case = await offered_again(work, case, to, accept_by, promised_at)
    return await _change(work, case, municipality_code=code)


async def reopened(
    work: Work, case: Case, reason: str, *, deadline_at: datetime, deadline_kind: DeadlineKind, coordinator: str | None
) -> Case:
    """A closed case goes on with the owner it had, until `deadline_at`; its retention stops. Must be locked.

    Raises:
        Refused: it is not closed.
    """
    state = step(case.state, State.IN_FOLLOW_UP)
    line(work, case.id, "reopened", reason=reason, deadline_at=deadline_at)
    columns: dict[str, Any] = {"deadline_at": deadline_at, "next_climb_at": deadline_at, "deadline_kind": deadline_kind}
    return await _change(work, case, state=state, closed_at=None, climbed=0, coordinator=coordinator, **columns)


async def withdrawn(work: Work, case: Case) -> Case:
    """Its call was entered in error and nobody has accepted: closed without an owner. Must be locked, and offered."""
    line(work, case.id, "withdrawn")
    columns: dict[str, Any] = {"deadline_at": None, "deadline_kind": None, "next_climb_at": None}
    return await _change(work, case, state=State.CLOSED, closed_at=work.at, withdrawn_at=work.at, **columns)


async def brought_back(work: Work, case: Case, to: UUID, accept_by: datetime, promised_at: datetime | None) -> Case:
    """It was no error after all: offered as before. Must be locked, and withdrawn."""
    line(work, case.id, "brought_back")
    line(work, case.id, "offered", to=to, accept_by=accept_by)
    columns: dict[str, Any] = {"deadline_at": accept_by, "next_climb_at": accept_by, "deadline_kind": DeadlineKind.ACCEPT}
    columns |= {"closed_at": None, "withdrawn_at": None, "promised_at": promised_at}
    return await _change(work, case, state=State.OFFERED, **columns)


async def ended_in_error(work: Work, case: Case) -> Case:
    """Its owner agrees that its call was entered in error: closed, whatever is missing. Must be locked, and owned."""
    line(work, case.id, "closing_outcome", outcome="entered_in_error")
    line(work, case.id, State.CLOSED, deadline_at=None)
    columns: dict[str, Any] = {"deadline_at": None, "deadline_kind": None, "next_climb_at": None}
    return await _change(work, case, state=State.CLOSED, closed_at=work.at, **columns)


async def goes_on(work: Work, case: Case, state: State, deadline_at: datetime, deadline_kind: DeadlineKind) -> Case:
    """It was no error after all: where it stood before, its deadline too, which may have passed. Must be locked."""
    line(work, case.id, "brought_back", state=state, deadline_at=deadline_at)
    columns: dict[str, Any] = {"deadline_at": deadline_at, "deadline_kind": deadline_kind}
    columns["next_climb_at"] = remind_at(deadline_at, work.at)
    return await _change(work, case, state=state, closed_at=None, **columns)


async def handed_over(work: Work, case: Case, to: UUID, coordinator: str | None, municipality_code: str, **facts: object) -> Case:
    """Another organisation is responsible from this moment; the case stands where it stood. Must be locked, and owned.

    Its own clock runs on: what was due sooner stays due. By `take_up_by` the new owner must have done something; what was
    overdue waits until then, and climbs on when the first act does not meet it.

    Raises:
        Refused: it is closed.
    """
    if case.state is State.CLOSED:
        raise Refused("The case is closed. Nothing was changed.", state=case.state)
    deadline, kind = await _after_handover(work, case)
    columns: dict[str, Any] = {"deadline_at": deadline, "deadline_kind": kind, "climbed": 0}
    columns["next_climb_at"] = remind_at(deadline, work.at)
    columns |= {"owner_organisation_id": to, "coordinator": coordinator, "deputy": None}
    columns |= {"municipality_code": municipality_code}
    changed = await _change(work, case, **columns)
    line(work, case.id, "handed_over", owner_from=case.owner, owner_to=to, deadline_at=deadline, **facts)
    return changed


async def _after_handover(work: Work, case: Case) -> tuple[datetime, DeadlineKind]:
    """By when what, of all that is still to come; what is overdue may hide something else that is not."""
    found = [(take_up_by(case.urgency, work.at), DeadlineKind.TAKE_UP)]
    if case.deadline_at and case.deadline_kind:
        found.append((case.deadline_at, DeadlineKind(case.deadline_kind)))
    if case.state is State.ACCEPTED and case.accepted_at:
        found.append((first_contact_by(case.urgency, case.accepted_at), DeadlineKind.FIRST_CONTACT))
    row = await work.one(queries.NEXT_DUE, case_id=case.id, after=work.at)
    if row:
        found.append((row["at"], DeadlineKind(row["kind"])))
    return min((one for one in found if one[0] > work.at), key=lambda one: one[0])


async def reminded(work: Work, case: Case) -> Case:
    """Who must act was told that the deadline comes near; from then on it may climb. Must be locked, its deadline ahead."""
    line(work, case.id, "due_soon", deadline_kind=case.deadline_kind, deadline_at=case.deadline_at)
    return await _change(work, case, next_climb_at=case.deadline_at)


async def coordinated(work: Work, case: Case, coordinator: str, deputy: str | None) -> Case:
    """Somebody else coordinates it from now on. Must be locked, and owned."""
    line(work, case.id, "coordinator", deputy=deputy is not None)
    return await _change(work, case, coordinator=coordinator, deputy=deputy)


async def climbed(work: Work, case: Case, level: int, next_climb_at: datetime) -> Case:
    """An overdue case is now the concern of `level` (1 coordinator … 4 national desk). Must be locked."""
    line(work, case.id, "climbed", level=level, deadline_kind=case.deadline_kind)
    return await _change(work, case, climbed=level, next_climb_at=next_climb_at)


async def touched(work: Work, case: Case) -> Case:
    """Something that hangs on the case changed: a new version, so that stale readers notice. Must be locked."""
    return await _change(work, case)


async def _change(work: Work, case: Case, **columns: object) -> Case:
    if work.actor.organisation:  # the worker is nobody, and does not count
        columns["last_act_at"] = work.at
    changed = await work.change(queries.CHANGE.values(version=case.version + 1, **columns), case_id=case.id, seen=case.version)
    if not changed:
        raise Stale(case.version + 1)
    fields: dict[str, Any] = {NAMED.get(column, column): value for column, value in columns.items()}
    return replace(case, version=case.version + 1, **fields)
