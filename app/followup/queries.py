"""Statements about follow-up; row-level security lets only the owner of a case, and each row's writer, see them."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    bindparam,
    select,
    text,
    tuple_,
    union_all,
    update,
)

from app.core.paging import Place
from app.core.spans import Span
from app.followup.tables import aftercare_check, case_item, contact, goal, obligation

CLOCK: Final = text("SELECT case_clock(:case_id) AS told")
CLOCKS: Final = text("SELECT id AS case_id, case_clock(id) AS told FROM unnest(CAST(:ids AS uuid[])) AS asked (id)")
GOALS: Final = select(goal).where(goal.c.case_id == bindparam("case_id")).order_by(goal.c.id)
CHECKS: Final = (
    select(aftercare_check)
    .where(aftercare_check.c.case_id == bindparam("case_id"))
    .order_by(aftercare_check.c.due_at, aftercare_check.c.id)
)
OBLIGATIONS: Final = select(obligation).where(obligation.c.case_id == bindparam("case_id")).order_by(obligation.c.kind)
TRIES: Final = select(contact.c.at, contact.c.way, contact.c.party, contact.c.result).where(
    contact.c.case_id == bindparam("case_id"), contact.c.result == "tried"
)
END_GOAL: Final = (
    update(goal).where(goal.c.id == bindparam("goal_id"), goal.c.outcome.is_(None)).values(version=goal.c.version + 1)
)
END_CHECK: Final = (
    update(aftercare_check)
    .where(aftercare_check.c.id == bindparam("check_id"), aftercare_check.c.state == "planned")
    .values(version=aftercare_check.c.version + 1)
)
END_PLANNED_CHECKS: Final = (
    update(aftercare_check)
    .where(aftercare_check.c.case_id == bindparam("of_case"), aftercare_check.c.state == "planned")
    .values(version=aftercare_check.c.version + 1)
)
CHANGE_OBLIGATION: Final = (
    update(obligation)
    .where(
        obligation.c.case_id == bindparam("of_case"),
        obligation.c.kind == bindparam("of_kind"),
        obligation.c.state == "open",
    )
    .values(version=obligation.c.version + 1)
)
# As the indexes say it: a value that is only bound leads to none of them.
OPEN: Final = text("case_item.state = 'open'")
PLANNED: Final = text("aftercare_check.state = 'planned'")
OF_OTHERS: Final = text("(assigned_to <> owner_organisation_id OR facts ->> 'direction' = 'out')")
ITEMS: Final = select(case_item).where(case_item.c.case_id == bindparam("case_id")).order_by(case_item.c.id)
ITEM: Final = ITEMS.where(case_item.c.id == bindparam("item_id"))
CORRECTION: Final = select(case_item.c.id).where(
    case_item.c.case_id == bindparam("case_id"), case_item.c.corrects_id == bindparam("item_id")
)
END_ITEM: Final = (
    update(case_item)
    .where(case_item.c.id == bindparam("item_id"), case_item.c.state == "open", case_item.c.version == bindparam("seen"))
    .values(version=case_item.c.version + 1)
)
OPEN_OBLIGATION_AGAIN: Final = (
    update(obligation)
    .where(obligation.c.case_id == bindparam("of_case"), obligation.c.kind == bindparam("of_kind"))
    .values(version=obligation.c.version + 1, state="open", ended_at=None)
)


def contacts_of(case_id: UUID, after: UUID | None, limit: int) -> Select[Any]:
    """A page of the contacts of a case in the order they were logged, one more than asked for."""
    query = select(contact).where(contact.c.case_id == case_id).order_by(contact.c.id).limit(limit + 1)
    return query.where(contact.c.id > after) if after else query


def assigned(organisation: UUID, after: Place | None, limit: int) -> Select[Any]:
    """Open items that an organisation must do, in any case, soonest first; those that are nobody's are its case's owner's."""
    theirs = and_(case_item.c.assigned_to == organisation, case_item.c.owner_organisation_id.is_not(None))
    nobodys = and_(case_item.c.owner_organisation_id == organisation, case_item.c.assigned_to.is_(None))
    return _soonest(union_all(*(_some(case_item, one, after, limit) for one in (theirs, nobodys))), limit)


def waited_for(owner: UUID, after: Place | None, limit: int) -> Select[Any]:
    """Open items of an owner's cases that others must do, or that an outside party was asked, soonest first."""
    return _some(case_item, and_(case_item.c.owner_organisation_id == owner, OF_OTHERS), after, limit)


def checks_due(owner: UUID, within: Span, after: Place | None, limit: int) -> Select[Any]:
    """Planned checks of an owner's cases that are due in a span, soonest first."""
    table = aftercare_check
    mine = and_(table.c.owner_organisation_id == owner, table.c.due_at >= within.start, table.c.due_at < within.end)
    return _some(table, mine, after, limit)


def _some(table: Table, which: ColumnElement[bool], after: Place | None, limit: int) -> Select[Any]:
    query = select(table).where(which, PLANNED if table is aftercare_check else OPEN, table.c.due_at.is_not(None))
    if after:
        query = query.where(tuple_(table.c.due_at, table.c.id) > (after.at, after.id))
    return query.order_by(table.c.due_at, table.c.id).limit(limit)


def _soonest(parts: CompoundSelect[Any], limit: int) -> Select[Any]:
    found = parts.subquery()
    return select(found).order_by(found.c.due_at, found.c.id).limit(limit)
