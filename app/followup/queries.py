"""Statements about follow-up; row-level security lets only the owner of a case, and each row's writer, see them."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from app.followup.tables import aftercare_check, case_item, case_tie, contact, goal, obligation

PENDING: Final = text("SELECT * FROM case_pending(:case_id)")
CLOCK: Final = text("SELECT case_clock(:case_id) AS told")
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
CALLER_TRIES: Final = select(case_item.c.at).where(
    case_item.c.case_id == bindparam("case_id"),
    case_item.c.kind == "caller_contact",
    case_item.c.facts["about"].astext == bindparam("about"),
    case_item.c.facts["result"].astext == "not_reached",
)
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
TIES: Final = (
    select(case_tie)
    .where(or_(case_tie.c.case_id == bindparam("case_id"), case_tie.c.other_case_id == bindparam("case_id")))
    .order_by(case_tie.c.id)
)
CHANGE_TIE: Final = (
    update(case_tie)
    .where(case_tie.c.id == bindparam("tie_id"), case_tie.c.version == bindparam("seen"))
    .values(version=case_tie.c.version + 1)
)
TIE_ITEMS: Final = (
    update(case_tie)
    .where(case_tie.c.id == bindparam("tie_id"))
    .values(moved=case_tie.c.moved.concat(func.jsonb_build_object("items", bindparam("items", type_=JSONB))))
)
LOCK_TIE: Final = text("SELECT lock_tie(:tie) AS told")
JOIN_CASE: Final = text("SELECT join_case(:tie, :moment, :until) AS ids")
UNJOIN_CASE: Final = text("SELECT unjoin_case(:tie, :moment)")
OPEN_OBLIGATION_AGAIN: Final = (
    update(obligation)
    .where(obligation.c.case_id == bindparam("of_case"), obligation.c.kind == bindparam("of_kind"))
    .values(version=obligation.c.version + 1, state="open", ended_at=None)
)


def contacts_of(case_id: UUID, after: UUID | None, limit: int) -> Select[Any]:
    """A page of the contacts of a case in the order they were logged, one more than asked for."""
    query = select(contact).where(contact.c.case_id == case_id).order_by(contact.c.id).limit(limit + 1)
    return query.where(contact.c.id > after) if after else query
