"""Statements about calls; row-level security decides which rows they see."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, TextClause, bindparam, select, text, update

from app.intake.tables import call

CALL: Final = select(call).where(call.c.id == bindparam("call_id"))
LOCKED: Final = CALL.with_for_update()
OF_CASE: Final = select(call).where(call.c.case_id == bindparam("case_id"), call.c.state == "completed").order_by(call.c.id)
CHANGE: Final = update(call).where(call.c.id == bindparam("call_id"), call.c.state == "active")


def listed(after: UUID | None, limit: int, state: str | None, organisation: UUID) -> Select[Any]:
    """A page of the calls that an organisation took, one more than asked for."""
    query = select(call).where(call.c.organisation_id == organisation).order_by(call.c.id).limit(limit + 1)
    if after:
        query = query.where(call.c.id > after)
    return query.where(call.c.state == state) if state else query


def declare_answers(*, since: bool, own: bool) -> TextClause:
    """Open a cursor over the answers that completed calls gave, each kind once with the number of its calls."""
    where = ["state = 'completed'", *(["id >= :since"] if since else []), *(["organisation_id = :organisation"] if own else [])]
    return text(f"""DECLARE answers_of_calls NO SCROLL CURSOR FOR
        SELECT answers::text AS answers, calls FROM (
          SELECT answers, count(*) AS calls FROM call WHERE {" AND ".join(where)} GROUP BY answers) kinds""")


def next_answers(count: int) -> TextClause:
    """The next kinds of answers of the open cursor."""
    return text(f"FETCH {count:d} FROM answers_of_calls")


CLOSE_ANSWERS: Final = text("CLOSE answers_of_calls")
UNHURRIED: Final = text("SET LOCAL statement_timeout = '10min'")
