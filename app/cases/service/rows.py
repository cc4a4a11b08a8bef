"""Open a case, find cases, read and lengthen a timeline."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from app.cases import queries
from app.cases.case import Case, Line, NewCase, Touched, Wanted, case_of, touched_of
from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import State
from app.cases.tables import case_line, cases
from app.core.counting import counts_of
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.paging import Page, Place, page_of
from app.core.work import Work


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
        last_act_at=work.at,
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
    if known := work.memo.get((cases, case_id)):
        return cast("Case", known)
    return _found(await work.one(queries.CASE, case_id=case_id))


def remember(work: Work, case: Case) -> None:
    """Let `get` answer with this case as it was just read, without a statement: for work that only reads, until it locks it."""
    work.memo[(cases, case.id)] = case


async def locked(work: Work, case_id: UUID) -> Case:
    """The case, which nobody else can change until this work ends. Lock the case before anything that hangs on it.

    Raises:
        NotFound: there is none, or it is not for this organisation.
    """
    work.memo.pop((cases, case_id), None)
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
    query = queries.listed(work.organisation, after, limit, state, mine=mine, overdue=overdue)
    binds = {"overdue_at": work.at} if overdue else {}
    found: Sequence[Case] = [case_of(row) for row in await work.rows(query, **binds)]
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


async def where_now(work: Work, case_id: UUID) -> UUID:
    """The case that goes on in place of this one, when it was joined into another; else its own id. Also of a hidden case."""
    row = await work.one(queries.WHERE_NOW, case_id=case_id)
    return row["id"] if row and row["id"] else case_id


def _found(row: Mapping[str, Any] | None) -> Case:
    if row is None:
        raise NotFound("There is no such case, or it is not for your organisation.")
    return case_of(row)
