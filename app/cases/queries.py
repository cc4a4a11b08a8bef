"""Statements about cases; row-level security decides which rows they see."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, select, text, update

from app.cases.tables import case_line, cases

CASE: Final = select(cases).where(cases.c.id == bindparam("case_id"))
LOCKED: Final = CASE.with_for_update()
BY_REFERENCE: Final = select(cases.c.id).where(cases.c.reference == bindparam("reference"))
SOME: Final = text("SELECT * FROM cases WHERE id = ANY(CAST(:ids AS uuid[]))")
WHERE_NOW: Final = text("SELECT case_now(:case_id) AS id")
TOUCH: Final = text("SELECT * FROM touch_case(:case_id)")
LINES: Final = select(case_line).where(case_line.c.case_id == bindparam("case_id")).order_by(case_line.c.id)
TO_CLIMB: Final = (
    select(cases.c.id)
    .where(cases.c.next_climb_at <= bindparam("at"), cases.c.state.not_in(("closed", "offered")))
    .order_by(cases.c.next_climb_at)
    .limit(100)
)
CHANGE: Final = update(cases).where(cases.c.id == bindparam("case_id"), cases.c.version == bindparam("seen"))


def listed(after: UUID | None, limit: int, state: str | None, owner: UUID | None, overdue_at: datetime | None) -> Select[Any]:
    """A page of cases in the order they were opened, one more than asked for."""
    query = select(cases).order_by(cases.c.id).limit(limit + 1)
    if after:
        query = query.where(cases.c.id > after)
    if state:
        query = query.where(cases.c.state == state)
    if owner:
        query = query.where(cases.c.owner_organisation_id == owner)
    if overdue_at:
        query = query.where(cases.c.state != "closed", cases.c.deadline_at < overdue_at)
    return query
