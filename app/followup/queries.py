"""Statements about follow-up; row-level security lets only the owner of a case, and each row's writer, see them."""

from typing import Final

from sqlalchemy import bindparam, select, update

from app.followup.tables import aftercare_check, contact, goal, obligation

CONTACTS: Final = select(contact).where(contact.c.case_id == bindparam("case_id")).order_by(contact.c.at, contact.c.id)
GOALS: Final = select(goal).where(goal.c.case_id == bindparam("case_id")).order_by(goal.c.id)
CHECKS: Final = (
    select(aftercare_check).where(aftercare_check.c.case_id == bindparam("case_id")).order_by(aftercare_check.c.due_at)
)
OBLIGATIONS: Final = select(obligation).where(obligation.c.case_id == bindparam("case_id")).order_by(obligation.c.kind)
END_GOAL: Final = update(goal).where(goal.c.id == bindparam("goal_id"), goal.c.outcome.is_(None))
END_CHECK: Final = update(aftercare_check).where(
    aftercare_check.c.id == bindparam("check_id"), aftercare_check.c.state == "planned"
)
CHANGE_OBLIGATION: Final = update(obligation).where(
    obligation.c.case_id == bindparam("of_case"),
    obligation.c.kind == bindparam("of_kind"),
    obligation.c.state == "open",
)
