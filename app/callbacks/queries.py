"""Statements about callbacks; row-level security shows an organisation its own."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, tuple_, update

from app.callbacks.tables import callback, callback_attempt

CALLBACK: Final = select(callback).where(callback.c.id == bindparam("callback_id"))
LOCKED: Final = CALLBACK.with_for_update()
CHANGE: Final = update(callback).where(callback.c.id == bindparam("callback_id")).values(version=callback.c.version + 1)
ATTEMPTS: Final = (
    select(callback_attempt).where(callback_attempt.c.callback_id == bindparam("callback_id")).order_by(callback_attempt.c.id)
)
OPEN_OF_CALL: Final = (
    select(callback).where(callback.c.call_id == bindparam("call_id"), callback.c.state == "open").with_for_update()
)
OPEN_UNDER: Final = select(callback.c.id).where(callback.c.call_id == bindparam("call_id"), callback.c.state == "open").limit(1)
DUE: Final = select(callback.c.id).where(callback.c.next_at <= bindparam("at")).order_by(callback.c.next_at).limit(100)
DUE_LOCKED: Final = (
    select(callback)
    .where(callback.c.id == bindparam("callback_id"), callback.c.next_at <= bindparam("at"))
    .with_for_update(skip_locked=True)
)
OVERDUE: Final = select(func.count().label("count"), func.min(callback.c.due_at).label("since")).where(
    callback.c.state == "open", callback.c.due_at < bindparam("at")
)


def listed(organisation: UUID, state: str, after: UUID | None, limit: int) -> Select[Any]:
    """A page of an organisation's callbacks, those due first at the front, one more than asked for."""
    query = select(callback).where(callback.c.organisation_id == organisation, callback.c.state == state)
    if after:
        last = select(callback.c.due_at, callback.c.id).where(callback.c.id == after).scalar_subquery()
        query = query.where(tuple_(callback.c.due_at, callback.c.id) > last)
    return query.order_by(callback.c.due_at, callback.c.id).limit(limit + 1)
