"""Statements about cases; row-level security decides which rows they see."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    select,
    text,
    tuple_,
    union,
    update,
)

from app.cases.case import Wanted
from app.cases.lifecycle import PRESSING, State
from app.cases.tables import case_line, cases
from app.core.paging import KEPT, Place

CASE: Final = select(cases).where(cases.c.id == bindparam("case_id"))
LOCKED: Final = CASE.with_for_update()
BY_REFERENCE: Final = select(cases.c.id).where(cases.c.reference == bindparam("reference"))
SOME: Final = text("SELECT * FROM cases WHERE id = ANY(CAST(:ids AS uuid[]))")
WHERE_NOW: Final = text("SELECT case_now(:case_id) AS id")
NEXT_DUE: Final = text("SELECT at, kind FROM next_due(:case_id, :after)")
# How far the cases came that were opened in a span of ids; joined ones are told where they went on.
FUNNEL: Final = text("""
  SELECT count(*) AS opened, count(accepted_at) AS accepted, count(*) FILTER (WHERE state NOT IN ('offered', 'accepted')) AS followed,
    count(closed_at) AS closed
  FROM cases WHERE id >= :first AND id < :last AND withdrawn_at IS NULL AND joined_into IS NULL
""")
TOUCH: Final = text("SELECT * FROM touch_case(:case_id)")
LINES: Final = select(case_line).where(case_line.c.case_id == bindparam("case_id")).order_by(case_line.c.id)
TO_CLIMB: Final = (
    select(cases.c.id)
    .where(cases.c.next_climb_at <= bindparam("at"), cases.c.state.not_in(("closed", "offered")))
    .order_by(cases.c.next_climb_at)
    .limit(100)
)
OPEN: Final = text("cases.state <> 'closed'")  # as its indexes say it
CHANGE: Final = update(cases).where(cases.c.id == bindparam("case_id"), cases.c.version == bindparam("seen"))


@lru_cache(maxsize=KEPT)
def listed(organisation: UUID, after: UUID | None, limit: int, state: str | None, *, mine: bool, overdue: bool) -> Select[Any]:
    """A page of cases in the order they were opened, one more than asked for: each reason to see one by its own index.

    `overdue`: open ones with a deadline before the bind `overdue_at`.
    """
    overdue_at = bindparam("overdue_at", type_=DateTime(timezone=True)) if overdue else None
    reasons = [cases.c.owner_organisation_id == organisation]
    if not mine:
        through_others = func.my_cases_through_others(
            cast(after, Uuid), limit + 1, cast(state, Text), cast(overdue_at, DateTime(timezone=True))
        )
        reasons += [cases.c.intake_organisation_id == organisation, cases.c.id.in_(select(through_others))]
    found = union(*(_opened(reason, after, limit, state, overdue_at) for reason in reasons)).subquery()
    return select(found).order_by(found.c.id).limit(limit + 1)


def _opened(
    reason: ColumnElement[bool], after: UUID | None, limit: int, state: str | None, overdue_at: BindParameter[datetime] | None
) -> Select[Any]:
    query = select(cases).where(reason).order_by(cases.c.id).limit(limit + 1)
    if after:
        query = query.where(cases.c.id > after)
    if state:
        query = query.where(cases.c.state == state)
    return query if overdue_at is None else query.where(OPEN, cases.c.deadline_at < overdue_at)


def by_deadline(owner: UUID, wanted: Wanted, after: Place | None, limit: int) -> Select[Any]:
    """Open cases of an owner, soonest deadline first."""
    query = _wanted(owner, wanted).order_by(cases.c.deadline_at, cases.c.id).limit(limit)
    return query.where(tuple_(cases.c.deadline_at, cases.c.id) > (after.at, after.id)) if after else query


def _wanted(owner: UUID, wanted: Wanted) -> Select[Any]:
    equal = {
        cases.c.id: wanted.case_id,
        cases.c.reference: wanted.reference,
        cases.c.coordinator: wanted.coordinator,
        cases.c.state: wanted.state,
        cases.c.urgency: wanted.urgency,
    }
    query = select(cases).where(cases.c.owner_organisation_id == owner, OPEN)
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.municipality_codes is not None:
        query = query.where(cases.c.municipality_code.in_(wanted.municipality_codes))
    if wanted.flags:
        query = query.where(cases.c.flags.contains(wanted.flags))
    if wanted.pressing:
        query = query.where(cases.c.urgency.in_(sorted(PRESSING)), cases.c.state == State.ACCEPTED)
    return query.where(cases.c.deadline_at <= wanted.due_by) if wanted.due_by else query
