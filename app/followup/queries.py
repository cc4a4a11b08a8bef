"""Statements about follow-up; row-level security decides which rows they see."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    TextClause,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.core.paging import KEPT, Place
from app.core.spans import Span
from app.followup.tables import aftercare_check, case_item, case_tie, contact, coordinator_absence, goal, obligation

PENDING: Final = text("SELECT * FROM case_pending(:case_id)")
CLOCK: Final = text("SELECT case_clock(:case_id) AS told")
GOALS: Final = select(goal).where(goal.c.case_id == bindparam("case_id")).order_by(goal.c.of != "person", goal.c.id)
WHOSE_GOALS: Final = select(goal.c.id, goal.c.of, goal.c.without_own).where(goal.c.case_id == bindparam("case_id"))
CLOCKS: Final = text("SELECT id AS case_id, case_clock(id) AS told FROM unnest(CAST(:ids AS uuid[])) AS asked (id)")
CHECKS: Final = (
    select(aftercare_check)
    .where(aftercare_check.c.case_id == bindparam("case_id"))
    .order_by(aftercare_check.c.due_at, aftercare_check.c.id)
)
OBLIGATIONS: Final = select(obligation).where(obligation.c.case_id == bindparam("case_id")).order_by(obligation.c.kind)
TRIES: Final = select(contact.c.at, contact.c.way, contact.c.party, contact.c.result).where(
    contact.c.case_id == bindparam("case_id"), contact.c.result == "tried"
)
GOAL_AUDIENCE: Final = select(goal.c.audience).where(goal.c.id == bindparam("goal_id"))
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
_correction = case_item.alias("correction")
_corrected_by = select(_correction.c.id).where(_correction.c.corrects_id == case_item.c.id).scalar_subquery()
ITEMS: Final = (
    select(case_item, _corrected_by.label("corrected_by"))
    .where(case_item.c.case_id == bindparam("case_id"))
    .order_by(case_item.c.id)
)
CALLER_TRIES: Final = select(case_item.c.at).where(
    case_item.c.case_id == bindparam("case_id"),
    case_item.c.kind == "caller_contact",
    case_item.c.facts["about"].astext == bindparam("about"),
    case_item.c.facts["result"].astext == "not_reached",
)
# As the indexes say it: a value that is only bound leads to none of them.
OPEN: Final = text("case_item.state = 'open'")
PLANNED: Final = text("aftercare_check.state = 'planned'")
# Checks due in a span: done in time or later, decided not to be done, or missing.
CHECKS_KEPT: Final = text("""
  SELECT week, count(*) FILTER (WHERE state = 'done' AND ended_at <= due_at) AS on_time,
    count(*) FILTER (WHERE state = 'done' AND ended_at > due_at) AS late, count(*) FILTER (WHERE state = 'waived') AS waived,
    count(*) FILTER (WHERE state = 'planned') AS missing
  FROM aftercare_check WHERE owner_organisation_id = :owner AND due_at >= :starts_at AND due_at < :ends_at GROUP BY week
""")
OF_OTHERS: Final = text("(assigned_to <> owner_organisation_id OR facts ->> 'direction' = 'out')")
ITEM: Final = ITEMS.where(case_item.c.id == bindparam("item_id"))
LAST_OF_KIND: Final = (
    select(case_item)
    .where(case_item.c.case_id == bindparam("case_id"), case_item.c.kind == bindparam("kind"))
    .order_by(case_item.c.id.desc())
    .limit(1)
)
CHANGE_ITEM: Final = (
    update(case_item)
    .where(case_item.c.id == bindparam("item_id"), case_item.c.state == "open", case_item.c.version == bindparam("seen"))
    .values(version=case_item.c.version + 1)
)
PAGE: Final = text("""SELECT c.*, case_page(c.id, :contacts) AS page, (SELECT jsonb_agg(p) FROM case_pending(c.id) p) AS pending
    FROM cases c WHERE c.id = :case_id""")
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


def latest_valid(state: str | None) -> Select[Any]:
    """The latest item of a kind, in a state if one is named, that no other corrects and that takes nothing back."""
    query = ITEMS.where(
        case_item.c.kind == bindparam("kind"), _corrected_by.is_(None), ~case_item.c.facts.has_key("withdrawn")
    ).order_by(None)
    if state:
        query = query.where(case_item.c.state == state)
    return query.order_by(case_item.c.ended_at.desc().nulls_last(), case_item.c.id.desc()).limit(1)


def story_of(*, newest_first: bool, from_there: bool) -> TextClause:
    """A page of everything that happened in a case, one entry more than asked for; `from_there`: after a place."""
    order, after = ("DESC", "<") if newest_first else ("ASC", ">")
    place = f"AND (at, id, part) {after} (:at, :id, :part)" if from_there else ""
    return text(
        f"SELECT * FROM case_story WHERE case_id = :case_id {place} ORDER BY at {order}, id {order}, part {order} LIMIT :count"
    )


def absences_of(organisation: UUID, after: UUID | None, limit: int, at: datetime | None) -> Select[Any]:
    """A page of an organisation's absences in the order they were told, one more than asked for; `at`: only those that hold."""
    table = coordinator_absence
    query = select(table).where(table.c.organisation_id == organisation).order_by(table.c.id).limit(limit + 1)
    if after:
        query = query.where(table.c.id > after)
    if at:
        query = query.where(table.c.withdrawn_at.is_(None), table.c.starts_at <= at, table.c.ends_at > at)
    return query


@lru_cache(maxsize=KEPT)
def assigned(organisation: UUID, after: Place | None, limit: int) -> Select[Any]:
    """Open items that an organisation must do, in any case, soonest first; those that are nobody's are its case's owner's."""
    theirs = and_(case_item.c.assigned_to == organisation, case_item.c.owner_organisation_id.is_not(None))
    nobodys = and_(case_item.c.owner_organisation_id == organisation, case_item.c.assigned_to.is_(None))
    return _soonest(union_all(*(_some(case_item, one, after, limit) for one in (theirs, nobodys))), limit)


@lru_cache(maxsize=KEPT)
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
