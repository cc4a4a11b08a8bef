"""Statements about calendars and handoffs; row-level security lets each organisation see its own."""

from typing import Final

from sqlalchemy import bindparam, or_, select, update

from app.boards.tables import (
    deadline_calendar,
    shift_handoff,
    shift_handoff_confirmation,
    shift_handoff_line,
    shift_handoff_question,
)

CALENDAR: Final = select(deadline_calendar).where(deadline_calendar.c.id == bindparam("calendar_id"))
CALENDARS: Final = select(deadline_calendar).where(deadline_calendar.c.withdrawn_at.is_(None)).order_by(deadline_calendar.c.id)
WITHDRAW_CALENDAR: Final = (
    update(deadline_calendar)
    .where(deadline_calendar.c.id == bindparam("calendar_id"), deadline_calendar.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
)

HANDOFF: Final = select(shift_handoff).where(shift_handoff.c.id == bindparam("handoff_id"))
LOCKED: Final = HANDOFF.with_for_update()
# What is not over; and what nobody confirmed, for as long as it is told of.
CURRENT: Final = (
    select(shift_handoff)
    .where(
        shift_handoff.c.organisation_id == bindparam("organisation_id"),
        or_(shift_handoff.c.ends_at > bindparam("at"), shift_handoff.c.state == "waiting"),
    )
    .order_by(shift_handoff.c.starts_at, shift_handoff.c.id)
    .limit(50)
)
LINES: Final = (
    select(shift_handoff_line)
    .where(shift_handoff_line.c.handoff_id.in_(bindparam("ids", expanding=True)))
    .order_by(shift_handoff_line.c.handoff_id, shift_handoff_line.c.place)
)
CONFIRMATIONS: Final = (
    select(shift_handoff_confirmation)
    .where(shift_handoff_confirmation.c.handoff_id.in_(bindparam("ids", expanding=True)))
    .order_by(shift_handoff_confirmation.c.id)
)
QUESTIONS: Final = (
    select(shift_handoff_question)
    .where(shift_handoff_question.c.handoff_id.in_(bindparam("ids", expanding=True)))
    .order_by(shift_handoff_question.c.id)
)
CHANGE: Final = (
    update(shift_handoff).where(shift_handoff.c.id == bindparam("of_handoff")).values(version=shift_handoff.c.version + 1)
)
ANSWER: Final = (
    update(shift_handoff_question)
    .where(shift_handoff_question.c.id == bindparam("question_id"), shift_handoff_question.c.answered_at.is_(None))
    .values(answered_at=bindparam("now"), answered_by=bindparam("by"), answer_sealed=bindparam("words"))
)
DUE: Final = (
    select(shift_handoff.c.id).where(shift_handoff.c.remind_at <= bindparam("at")).order_by(shift_handoff.c.remind_at).limit(100)
)
TO_DESTROY: Final = (
    select(shift_handoff.c.id)
    .where(shift_handoff.c.ends_at <= bindparam("before"), shift_handoff.c.destroyed_at.is_(None))
    .order_by(shift_handoff.c.ends_at)
    .limit(100)
)
