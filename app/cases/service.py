"""Open, read and move a case. Each change of state leaves a line on its timeline; rooms above announce their own events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.cases import queries
from app.cases.case import Case, Line, NewCase, Touched, Wanted, case_of, touched_of
from app.cases.deadlines import DeadlineKind, first_contact_by
from app.cases.lifecycle import State, Urgency, step
from app.cases.tables import case_line, cases
from app.core.counting import counts_of
from app.core.errors import NotFound, Stale
from app.core.ids import new_id
from app.core.paging import Page, Place, page_of
from app.core.work import Work

__all__ = ["Case", "DeadlineKind", "Line", "NewCase", "State", "Urgency"]

# Where a column has another name than the field of `Case`.
NAMED: Final = {"owner_organisation_id": "owner"}


def open_case(work: Work, new: NewCase) -> None:
    """Open a case that is being offered; stored with the rest of this work."""
    work.write(
        cases,
        id=new.case_id,
        reference=new.reference,
        intake_organisation_id=work.organisation,
        state=State.OFFERED,
        urgency=new.urgency,
        flags=sorted(new.flags),
        municipality_code=new.municipality_code,
        opened_at=work.at,
        deadline_at=new.deadline_at,
        deadline_kind=DeadlineKind.ACCEPT,
        climbed=0,
        next_climb_at=new.deadline_at,
        promised_at=new.promised_at,
        version=1,
    )
    line(work, new.case_id, "opened", urgency=new.urgency, flags=sorted(new.flags))


def line(work: Work, case_id: UUID, kind: str, **facts: object) -> None:
    """Add a line to the timeline: ids, codes and moments only."""
    line_for(work, case_id, kind, None, facts)


def line_for(work: Work, case_id: UUID, kind: str, audience: Sequence[UUID] | None, facts: Mapping[str, object]) -> None:
    """Add a line that, of the team, only `audience` sees, besides the owner and whoever writes it; None: all of the team."""
    work.write(
        case_line,
        id=new_id(work.at),
        case_id=case_id,
        at=work.at,
        kind=kind,
        organisation_id=work.actor.organisation,
        facts=facts,
        audience=None if audience is None else list(audience),
    )


async def get(work: Work, case_id: UUID) -> Case:
    """The case.

    Raises:
        NotFound: there is none, or it is not for this organisation.
    """
    return _found(await work.one(queries.CASE, case_id=case_id))


async def locked(work: Work, case_id: UUID) -> Case:
    """The case, which nobody else can change until this work ends. Lock the case before anything that hangs on it.

    Raises:
        NotFound: there is none, or it is not for this organisation.
    """
    return _found(await work.one(queries.LOCKED, case_id=case_id))


async def some(work: Work, ids: Sequence[UUID]) -> list[Case]:
    """Those of these cases that this organisation may see; none asked, no statement."""
    return [case_of(row) for row in await work.rows(queries.SOME, ids=list(ids))] if ids else []


async def by_reference(work: Work, reference: str) -> UUID:
    """The case with this reference.

    Raises:
        NotFound: there is none, or it is not for this organisation.
    """
    row = await work.one(queries.BY_REFERENCE, reference=reference)
    if row is None:
        raise NotFound("There is no case with this reference, or it is not for your organisation.")
    return UUID(str(row["id"]))


async def touch(work: Work, case_id: UUID) -> Touched:
    """A new version of a case, locked until this work ends; also of one that row-level security hides.

    Ask it only for a case that was found by this organisation's own look-up, or that it may see.

    Raises:
        NotFound: there is none.
    """
    row = await work.one(queries.TOUCH, case_id=case_id)
    if row is None:
        raise NotFound("There is no such case, or it is not for your organisation.")
    return touched_of(row)


async def lines(work: Work, case_id: UUID) -> list[Line]:
    """The timeline, oldest first."""
    rows = await work.rows(queries.LINES, case_id=case_id)
    return [Line(row["id"], row["at"], row["kind"], row["organisation_id"], row["facts"]) for row in rows]


async def page(
    work: Work,
    *,
    after: UUID | None,
    limit: int,
    state: State | None = None,
    mine: bool = False,
    overdue: bool = False,
) -> Page[Case]:
    """Cases that this organisation may see, oldest first."""
    query = queries.listed(work.organisation, after, limit, state, mine=mine, overdue_at=work.at if overdue else None)
    found: Sequence[Case] = [case_of(row) for row in await work.rows(query)]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def by_deadline(work: Work, wanted: Wanted, after: Place | None, limit: int) -> list[Case]:
    """Open cases that this organisation owns, soonest deadline first: what was asked for after a place, at most `limit`."""
    return [case_of(row) for row in await work.rows(queries.by_deadline(work.organisation, wanted, after, limit))]


async def counted(work: Work, wanted: Sequence[Wanted], most: int) -> list[int]:
    """How many open cases of this organisation each one wants, counted no further than `most`."""
    return await counts_of(work, [queries.by_deadline(work.organisation, one, None, most) for one in wanted])


async def overdue(work: Work) -> list[UUID]:
    """Owned, open cases whose next climb has come; for the worker, longest due first."""
    return [row["id"] for row in await work.rows(queries.TO_CLIMB, at=work.at)]


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
        next_climb_at=deadline,
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
        next_climb_at=deadline_at,
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
        columns |= {"deadline_at": deadline_at, "next_climb_at": deadline_at}
    return await _change(work, case, **columns)


async def moved_to(work: Work, case: Case, code: str, to: UUID, accept_by: datetime, promised_at: datetime | None) -> Case:
    """The place was corrected before anybody accepted: somebody else is asked. Must be locked."""
    line(work, case.id, "rerouted", municipality_code=code)
    case = await offered_again(work, case, to, accept_by, promised_at)
    return await _change(work, case, municipality_code=code)


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
    columns: dict[str, Any] = {"deadline_at": deadline_at, "next_climb_at": deadline_at, "deadline_kind": deadline_kind}
    return await _change(work, case, state=state, closed_at=None, **columns)


async def climbed(work: Work, case: Case, level: int, next_climb_at: datetime) -> Case:
    """An overdue case is now the concern of `level` (1 coordinator … 4 national desk). Must be locked."""
    line(work, case.id, "climbed", level=level, deadline_kind=case.deadline_kind)
    return await _change(work, case, climbed=level, next_climb_at=next_climb_at)


async def touched(work: Work, case: Case) -> Case:
    """Something that hangs on the case changed: a new version, so that stale readers notice. Must be locked."""
    return await _change(work, case)


async def _change(work: Work, case: Case, **columns: object) -> Case:
    changed = await work.change(queries.CHANGE.values(version=case.version + 1, **columns), case_id=case.id, seen=case.version)
    if not changed:
        raise Stale(case.version + 1)
    fields: dict[str, Any] = {NAMED.get(column, column): value for column, value in columns.items()}
    return replace(case, version=case.version + 1, **fields)


def _found(row: Mapping[str, Any] | None) -> Case:
    if row is None:
        raise NotFound("There is no such case, or it is not for your organisation.")
    return case_of(row)
