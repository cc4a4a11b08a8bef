"""Statements about calls; row-level security decides which rows they see."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Select, TextClause, Uuid, bindparam, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.intake.drafts import OPEN
from app.intake.tables import (
    call,
    call_amendment,
    draft_save,
    entered_in_error,
    error_agreement,
    hand_off,
    same_person,
    triage_grade,
)
from app.vault.open import with_key

CALL: Final = select(call).where(call.c.id == bindparam("call_id"))
LOCKED: Final = CALL.with_for_update()
OF_CASE: Final = (
    select(call)
    .where(
        or_(call.c.case_id == bindparam("case_id"), call.c.joined_case_id == bindparam("case_id")), call.c.state == "completed"
    )
    .order_by(call.c.id)
)
SOME: Final = select(call).where(call.c.id.in_(bindparam("ids", expanding=True))).order_by(call.c.id)
CHANGE_ENDED: Final = update(call).where(
    call.c.id == bindparam("call_id"), call.c.version == bindparam("seen"), call.c.state == "completed"
)

_DRAFT: Final = [call.c[name] for name in (
    "id", "case_id", "organisation_id", "key_id", "state", "reference", "registered_at", "version", "held_since", "saved_at",
    "left_alone_at", "destroy_at")]  # fmt: skip
DRAFT: Final = with_key(select(*_DRAFT, call.c.sealed, call.c.marks).where(call.c.id == bindparam("call_id")), call.c.case_id)
DRAFT_LOCKED: Final = DRAFT.with_for_update(of=call)
CHANGE: Final = update(call).where(call.c.id == bindparam("call_id"))
# One round trip: a save and its line of history.
SAVE: Final = text("""
    WITH line AS (
      INSERT INTO draft_save (call_id, version, organisation_id, kind, key_id, screen, sequence, at, sealed)
      VALUES (:call_id, :version, :organisation, :kind, :key, :screen, :sequence, :at, :line))
    UPDATE call SET sealed = :sealed, marks = :marks, version = :version, saved_at = :at, left_alone_at = :left_alone_at
    WHERE id = :call_id
""").bindparams(bindparam("at", type_=DateTime(timezone=True)), bindparam("left_alone_at", type_=DateTime(timezone=True)))
# Of one screen, what it has saved with this sequence or a later one.
FROM_SEQUENCE: Final = select(draft_save).where(
    draft_save.c.call_id == bindparam("call_id"),
    draft_save.c.screen == bindparam("screen"),
    draft_save.c.sequence >= bindparam("sequence"),
)
HISTORY: Final = (
    select(draft_save)
    .where(draft_save.c.call_id == bindparam("call_id"), draft_save.c.version > bindparam("after"))
    .order_by(draft_save.c.version)
    .limit(bindparam("at_most"))
)
FORGET_HISTORY: Final = delete(draft_save).where(draft_save.c.call_id == bindparam("call_id"))
LEFT_ALONE: Final = (
    select(call.c.id)
    .where(call.c.state.in_(sorted(OPEN)), call.c.left_alone_at <= bindparam("at"))
    .order_by(call.c.left_alone_at)
    .limit(100)
)
TO_DESTROY: Final = select(call.c.id).where(call.c.destroy_at <= bindparam("at")).order_by(call.c.destroy_at).limit(100)


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


def drafts(after: UUID | None, limit: int, states: Collection[str], organisation: UUID) -> Select[Any]:
    """A page of the drafts of an organisation, one more than asked for, without what was typed."""
    query = select(*_DRAFT).where(call.c.organisation_id == organisation, call.c.state.in_(sorted(states)))
    if "abandoned" in states:
        query = query.where(call.c.destroy_at.is_not(None))
    return (query.where(call.c.id > after) if after else query).order_by(call.c.id).limit(limit + 1)


HAND_OFF: Final = select(hand_off).where(hand_off.c.id == bindparam("hand_off_id"))
HAND_OFF_LOCKED: Final = HAND_OFF.with_for_update()
HAND_OFFS: Final = select(hand_off).where(hand_off.c.call_id == bindparam("call_id")).order_by(hand_off.c.id)
CHANGE_HAND_OFF: Final = update(hand_off).where(hand_off.c.id == bindparam("hand_off_id"))
CHASE: Final = (
    update(hand_off)
    .where(hand_off.c.call_id == bindparam("of_call"), hand_off.c.chase_at.is_not(None))
    .values(chase_at=bindparam("chase_at"))
)
TO_CHASE: Final = select(hand_off.c.id).where(hand_off.c.chase_at <= bindparam("at")).order_by(hand_off.c.chase_at).limit(100)
# One call for a reference of its own, or for that of its case, which is made from the case's id and so is not stored with it.
BY_REFERENCE: Final = text("""
  SELECT l.* FROM call l WHERE l.organisation_id = :organisation AND l.state = 'completed' AND l.id = (
    SELECT id FROM (
      SELECT id FROM call WHERE organisation_id = :organisation AND reference = :reference AND state = 'completed'
      UNION ALL
      SELECT o.id FROM cases c JOIN call o ON o.case_id = c.id WHERE c.reference = :reference AND c.intake_organisation_id = :organisation
    ) found LIMIT 1)
""")
AMENDMENTS: Final = select(call_amendment).where(call_amendment.c.call_id == bindparam("call_id")).order_by(call_amendment.c.id)
UNDO_AMENDMENT: Final = update(call_amendment).where(call_amendment.c.id == bindparam("amendment_id"))
IN_ERROR: Final = (
    select(entered_in_error)
    .where(entered_in_error.c.call_id == bindparam("call_id"), entered_in_error.c.withdrawn_at.is_(None))
    .with_for_update()
)
WITHDRAW_ERROR: Final = update(entered_in_error).where(entered_in_error.c.id == bindparam("error_id"))
ERROR_OF_CASE: Final = (
    select(entered_in_error.c.reversible_until)
    .where(entered_in_error.c.case_id == bindparam("case_id"), entered_in_error.c.withdrawn_at.is_(None))
    .order_by(entered_in_error.c.id.desc())
    .limit(1)
)
AGREEMENT: Final = select(error_agreement).where(
    error_agreement.c.case_id == bindparam("case_id"), error_agreement.c.withdrawn_at.is_(None)
)
AGREED: Final = AGREEMENT.with_for_update()
WITHDRAW_AGREEMENT: Final = update(error_agreement).where(error_agreement.c.id == bindparam("agreement_id"))
GRADES: Final = select(triage_grade).where(triage_grade.c.case_id == bindparam("case_id")).order_by(triage_grade.c.id)
SAME_PERSON: Final = (
    select(same_person)
    .where(or_(same_person.c.case_a_id == bindparam("case_id"), same_person.c.case_b_id == bindparam("case_id")))
    .order_by(same_person.c.id)
)
SAME_PERSON_LOCKED: Final = select(same_person).where(same_person.c.id == bindparam("link_id")).with_for_update()
UNDO_SAME_PERSON: Final = update(same_person).where(same_person.c.id == bindparam("link_id"))

# Of a day and a version, all together: the place of a count says how much a call took.
COUNT_SCREEN_USE: Final = text("""
INSERT INTO call_screen_use AS u (organisation_id, day, version, calls, abandoned, reports, routes_chosen, urgencies_chosen,
  corrections, keystrokes, seconds, keystrokes_by, seconds_by)
VALUES (:organisation, :day, :version, :calls, :abandoned, :reports, :routes_chosen, :urgencies_chosen, :corrections,
  :keystrokes, :seconds, :keystrokes_by, :seconds_by)
ON CONFLICT (organisation_id, day, version) DO UPDATE SET calls = u.calls + excluded.calls,
  abandoned = u.abandoned + excluded.abandoned, reports = u.reports + excluded.reports,
  routes_chosen = u.routes_chosen + excluded.routes_chosen, urgencies_chosen = u.urgencies_chosen + excluded.urgencies_chosen,
  corrections = u.corrections + excluded.corrections, keystrokes = u.keystrokes + excluded.keystrokes,
  seconds = u.seconds + excluded.seconds,
  keystrokes_by = ARRAY(SELECT a + b FROM unnest(u.keystrokes_by, excluded.keystrokes_by) WITH ORDINALITY t (a, b, n) ORDER BY n),
  seconds_by = ARRAY(SELECT a + b FROM unnest(u.seconds_by, excluded.seconds_by) WITH ORDINALITY t (a, b, n) ORDER BY n)
""").bindparams(
    bindparam("organisation", type_=Uuid),
    bindparam("day", type_=Date),
    bindparam("keystrokes_by", type_=ARRAY(Integer)),
    bindparam("seconds_by", type_=ARRAY(Integer)),
)
SCREEN_USE: Final = text("""
SELECT version, sum(calls)::int AS calls, sum(abandoned)::int AS abandoned, sum(reports)::int AS reports,
  sum(routes_chosen)::int AS routes_chosen, sum(urgencies_chosen)::int AS urgencies_chosen, sum(corrections)::bigint AS corrections,
  sum(keystrokes)::bigint AS keystrokes, sum(seconds)::bigint AS seconds,
  ARRAY(SELECT sum(b)::int FROM call_screen_use i, unnest(i.keystrokes_by) WITH ORDINALITY t (b, n)
    WHERE i.organisation_id = :organisation AND i.day BETWEEN :first AND :last AND i.version = u.version
    GROUP BY n ORDER BY n) AS keystrokes_by,
  ARRAY(SELECT sum(b)::int FROM call_screen_use i, unnest(i.seconds_by) WITH ORDINALITY t (b, n)
    WHERE i.organisation_id = :organisation AND i.day BETWEEN :first AND :last AND i.version = u.version
    GROUP BY n ORDER BY n) AS seconds_by
FROM call_screen_use u WHERE organisation_id = :organisation AND day BETWEEN :first AND :last
GROUP BY version ORDER BY max(day) DESC, sum(calls) DESC LIMIT 20
""").bindparams(bindparam("organisation", type_=Uuid), bindparam("first", type_=Date), bindparam("last", type_=Date))
