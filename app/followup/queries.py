"""Statements about follow-up; row-level security lets only the owner of a case, and each row's writer, see them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, select, text, update

from app.followup.tables import aftercare_check, case_item, contact, coordinator_absence, goal, obligation

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
ITEMS: Final = select(case_item).where(case_item.c.case_id == bindparam("case_id")).order_by(case_item.c.id)
ITEM: Final = ITEMS.where(case_item.c.id == bindparam("item_id"))
LAST_OF_KIND: Final = (
    select(case_item)
    .where(case_item.c.case_id == bindparam("case_id"), case_item.c.kind == bindparam("kind"))
    .order_by(case_item.c.id.desc())
    .limit(1)
)
CORRECTION: Final = select(case_item.c.id).where(
    case_item.c.case_id == bindparam("case_id"), case_item.c.corrects_id == bindparam("item_id")
)
END_ITEM: Final = (
    update(case_item)
    .where(case_item.c.id == bindparam("item_id"), case_item.c.state == "open", case_item.c.version == bindparam("seen"))
    .values(version=case_item.c.version + 1)
)
SNOOZE_ITEM: Final = (
    update(case_item)
    .where(case_item.c.id == bindparam("subject"))
    .values(due_at=bindparam("until"), snoozed=case_item.c.snoozed + 1, version=case_item.c.version + 1)
)
SNOOZE_CHECK: Final = (
    update(aftercare_check)
    .where(aftercare_check.c.id == bindparam("subject"))
    .values(due_at=bindparam("until"), snoozed=aftercare_check.c.snoozed + 1, version=aftercare_check.c.version + 1)
)
REVIVE_CHECK: Final = (
    update(aftercare_check)
    .where(aftercare_check.c.id == bindparam("check_id"), aftercare_check.c.result == "replanned")
    .values(state="planned", result=None, ended_at=None, version=aftercare_check.c.version + 1)
)
CHECK_SNOOZED: Final = select(aftercare_check.c.snoozed).where(
    aftercare_check.c.case_id == bindparam("case_id"), aftercare_check.c.id == bindparam("check_id")
)
ABSENCE: Final = select(coordinator_absence).where(coordinator_absence.c.id == bindparam("absence_id"))
AWAY: Final = select(coordinator_absence).where(
    coordinator_absence.c.organisation_id == bindparam("organisation_id"),
    coordinator_absence.c.withdrawn_at.is_(None),
    coordinator_absence.c.starts_at <= bindparam("at"),
    coordinator_absence.c.ends_at > bindparam("at"),
)
AWAY_THEN: Final = (
    select(coordinator_absence.c.id)
    .where(
        coordinator_absence.c.organisation_id == bindparam("organisation_id"),
        coordinator_absence.c.coordinator == bindparam("coordinator"),
        coordinator_absence.c.withdrawn_at.is_(None),
        coordinator_absence.c.starts_at < bindparam("ends_at"),
        coordinator_absence.c.ends_at > bindparam("starts_at"),
    )
    .limit(1)
)
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('coordinator_absence:' || :organisation_id, 0))")
WITHDRAW_ABSENCE: Final = (
    update(coordinator_absence).where(coordinator_absence.c.id == bindparam("absence_id")).values(withdrawn_at=bindparam("now"))
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


def absences_of(organisation: UUID, after: UUID | None, limit: int, at: datetime | None) -> Select[Any]:
    """A page of an organisation's absences in the order they were told, one more than asked for; `at`: only those that hold."""
    table = coordinator_absence
    query = select(table).where(table.c.organisation_id == organisation).order_by(table.c.id).limit(limit + 1)
    if after:
        query = query.where(table.c.id > after)
    if at:
        query = query.where(table.c.withdrawn_at.is_(None), table.c.starts_at <= at, table.c.ends_at > at)
    return query
