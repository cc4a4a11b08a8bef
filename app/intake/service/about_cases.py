"""What is said about a case besides its calls: the crisis service's own grade, and which other case is about the same person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from app.core.ids import new_id
from app.core.work import Row, Work
from app.intake import queries
from app.intake.amending import NotReversible
from app.intake.tables import same_person, triage_grade

LINK_REVERSIBLE: Final = timedelta(days=366)  # ⚙ a mistake about who somebody is may be found late
MAY_WRITE: Final = frozenset({"calls:write", "cases:write"})


class AlreadyLinked(Conflict):
    """They are one thread already."""

    slug, title = "already-linked", "The cases are linked already"


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of the crisis service's own scale, as it told it."""

    grade: str
    scale: str
    scale_version: str
    by: str
    at: datetime


async def record_grade(work: Work, case_id: UUID, told: Grade) -> Row:
    """Keep a grade beside our urgency, which stays as it is; earlier ones stay too.

    Raises:
        NotFound: no such case for this organisation. Forbidden: it is only being asked, or may only read.
        Invalid: it lies in the future, or before the case.
    """
    case = await _concerned(work, case_id)
    if not case.opened_at - timedelta(days=1) <= told.at <= work.at + timedelta(minutes=1):
        fault = FieldError("/at", "moment", "Not in the future, and not before the call.")
        raise Invalid("The moment of this grade can't be right.", errors=[fault])
    work.write(
        triage_grade,
        id=new_id(work.at),
        case_id=case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        grade=told.grade,
        scale=told.scale,
        scale_version=told.scale_version,
        graded_by=told.by,
        graded_at=told.at,
        recorded_at=work.at,
    )
    await cases.touched(work, case)
    cases.line(work, case_id, "triage_grade", grade=told.grade, scale=told.scale, scale_version=told.scale_version, by=told.by)
    await work.flush()
    return (await grades(work, case_id))[-1]


async def grades(work: Work, case_id: UUID) -> Sequence[Row]:
    """The grades of a case, oldest first.

    Raises:
        NotFound: no such case for this organisation.
    """
    await cases.get(work, case_id)
    return await work.rows(queries.GRADES, case_id=case_id)


async def link(work: Work, case_id: UUID, other_id: UUID, reason: str) -> Row:
    """Say that two cases are about the same person; each goes on, and shows the other.

    Raises:
        NotFound, Forbidden: either is not for this organisation, or it is only being asked.
        Invalid: a case and itself. AlreadyLinked: they are.
    """
    if case_id == other_id:
        fault = FieldError("/caseId", "itself", "Another case.")
        raise Invalid("A case is about its own person already.", errors=[fault])
    first, second = sorted((case_id, other_id))
    for one in (first, second):  # in order, so that two who link at once don't wait for each other
        await cases.touched(work, await _concerned(work, one))
    known = await work.rows(queries.SAME_PERSON, case_id=first)
    if any(row["case_b_id"] == second and row["undone_at"] is None for row in known):
        raise AlreadyLinked("These two cases are linked already. Nothing was changed.")
    link_id = new_id(work.at)
    work.write(
        same_person,
        id=link_id,
        case_a_id=first,
        case_b_id=second,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        at=work.at,
        reason=reason,
        reversible_until=work.at + LINK_REVERSIBLE,
    )
    _lines(work, first, second, "same_person", reason=reason)
    await work.flush()
    return next(row for row in await work.rows(queries.SAME_PERSON, case_id=first) if row["id"] == link_id)


async def unlink(work: Work, case_id: UUID, link_id: UUID) -> Row:
    """They are not the same person after all.

    Raises:
        NotFound, Forbidden: as `link`. NotReversible: it was undone, or its term has passed.
    """
    row = await work.one(queries.SAME_PERSON_LOCKED, link_id=link_id)
    if row is None or case_id not in {row["case_a_id"], row["case_b_id"]}:
        raise NotFound("There is no such link of this case, or not for your organisation.")
    if row["undone_at"] or work.at > row["reversible_until"]:
        raise NotReversible("It was undone already." if row["undone_at"] else "Its term has passed.")
    for one in (row["case_a_id"], row["case_b_id"]):
        await cases.touched(work, await _concerned(work, one))
    await work.change(queries.UNDO_SAME_PERSON.values(undone_at=work.at, undone_by=work.actor.key), link_id=link_id)
    _lines(work, row["case_a_id"], row["case_b_id"], "same_person_undone")
    return {**row, "undone_at": work.at}


async def links(work: Work, case_id: UUID) -> Sequence[Row]:
    """The cases about the same person, undone links too.

    Raises:
        NotFound: no such case for this organisation.
    """
    await cases.get(work, case_id)
    return await work.rows(queries.SAME_PERSON, case_id=case_id)


async def _concerned(work: Work, case_id: UUID) -> Case:
    if not work.actor.scopes & MAY_WRITE:
        raise Forbidden("This key may read only. Ask your administrator for one with calls:write or cases:write.")
    case = await cases.locked(work, case_id)
    if work.organisation not in case.concerned:
        raise Forbidden("Your organisation is only being asked to take this case. Accept it first.")
    return case


def _lines(work: Work, one: UUID, other: UUID, kind: str, **facts: str) -> None:
    cases.line(work, one, kind, other_case_id=str(other), **facts)
    cases.line(work, other, kind, other_case_id=str(one), **facts)
