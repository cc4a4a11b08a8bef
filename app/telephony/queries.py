"""Statements about exchanges and their calls; row-level security shows an organisation its own."""

from typing import Final

from sqlalchemy import bindparam, delete, select, text, update

from app.telephony.tables import phone_agent, phone_call, phone_event, phone_system, phone_transfer

SYSTEMS: Final = select(phone_system).where(phone_system.c.removed_at.is_(None)).order_by(phone_system.c.id)
SYSTEM: Final = SYSTEMS.where(phone_system.c.id == bindparam("system_id"))
LOCKED: Final = SYSTEM.with_for_update()
CHANGE: Final = update(phone_system).where(phone_system.c.id == bindparam("system_id"))

# An extension is whose key said so last; a key sits at one extension of a system.
SIT_DOWN: Final = text("""
  WITH others AS (DELETE FROM phone_agent WHERE system_id = :system_id AND key_id = :key_id AND extension <> :extension)
  INSERT INTO phone_agent (system_id, extension, organisation_id, key_id, since)
  VALUES (:system_id, :extension, :organisation_id, :key_id, :at)
  ON CONFLICT (system_id, extension) DO UPDATE SET key_id = excluded.key_id, since = excluded.since
""")
STAND_UP: Final = delete(phone_agent).where(
    phone_agent.c.system_id == bindparam("system_id"),
    phone_agent.c.extension == bindparam("extension"),
    phone_agent.c.key_id == bindparam("key_id"),
)
WHO_SITS: Final = select(phone_agent.c.key_id).where(
    phone_agent.c.system_id == bindparam("system_id"), phone_agent.c.extension == bindparam("extension")
)
LINES_OF: Final = text("""
  SELECT s.id, s.label, a.extension FROM phone_system s
  LEFT JOIN phone_agent a ON a.system_id = s.id AND a.key_id = :key_id
  WHERE s.removed_at IS NULL ORDER BY s.id
""")
LIVE: Final = (
    select(phone_call)
    .where(
        phone_call.c.organisation_id == bindparam("organisation_id"),
        phone_call.c.system_id == bindparam("system_id"),
        phone_call.c.extension == bindparam("extension"),
        phone_call.c.state.in_(("ringing", "answered", "held")),
    )
    .order_by(phone_call.c.id)
    .limit(20)
)

# Two events of one call are taken one after the other; the lock ends with the transaction.
QUEUE_UP: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:line, 0))")
QUEUE_UP_ONE: Final = text("""
  SELECT pg_advisory_xact_lock(hashtextextended(system_id || ' ' || external, 0)) FROM phone_call WHERE id = :phone_call_id
""")
# The call, all that was told of it, and whether this message came before, of whichever call.
FOLLOWED: Final = text("""
  SELECT c.*, coalesce((SELECT json_agg(json_build_object('kind', e.kind, 'at', e.at, 'message', e.message, 'facts', e.facts))
      FROM phone_event e WHERE e.phone_call_id = c.id), '[]') AS events,
    EXISTS (SELECT FROM phone_event WHERE system_id = :system_id AND message = :message) AS repeated
  FROM (SELECT) AS always LEFT JOIN phone_call c ON c.system_id = :system_id AND c.external = :external
""")
CHANGE_CALL: Final = update(phone_call).where(phone_call.c.id == bindparam("phone_call_id"))
ONE_LOCKED: Final = (
    select(phone_call)
    .where(phone_call.c.id == bindparam("phone_call_id"), phone_call.c.next_at <= bindparam("at"))
    .with_for_update(skip_locked=True)
)
DUE: Final = select(phone_call.c.id).where(phone_call.c.next_at <= bindparam("at")).order_by(phone_call.c.next_at).limit(100)
KEEP_TRANSFER: Final = text("""
  INSERT INTO phone_transfer AS t
  SELECT * FROM json_populate_record(CAST(NULL AS phone_transfer), CAST(:row AS json))
  ON CONFLICT (phone_call_id, reference) DO UPDATE SET way = excluded.way, result = excluded.result, extension = excluded.extension,
    calling_at = excluded.calling_at, speaking_at = excluded.speaking_at, accepted_at = excluded.accepted_at,
    not_reached_at = excluded.not_reached_at, sealed_to = coalesce(t.sealed_to, excluded.sealed_to),
    sealed_by = coalesce(t.sealed_by, excluded.sealed_by)
""")
OF_CALL: Final = select(phone_call).where(phone_call.c.call_id == bindparam("call_id")).order_by(phone_call.c.id)
TRANSFERS: Final = (
    select(phone_transfer)
    .where(phone_transfer.c.phone_call_id == bindparam("phone_call_id"))
    .order_by(phone_transfer.c.calling_at, phone_transfer.c.reference)
)
SET_HAND_OFF: Final = update(phone_transfer).where(
    phone_transfer.c.phone_call_id == bindparam("of_call"), phone_transfer.c.reference == bindparam("of_transfer")
)
UNKNOWN: Final = text("""
  SELECT c.id, c.external, count(*) AS events, min(e.received_at) AS first_at, max(e.received_at) AS last_at,
    array_agg(e.kind ORDER BY e.at) AS kinds
  FROM phone_call c JOIN phone_event e ON e.phone_call_id = c.id
  WHERE c.system_id = :system_id AND c.state = 'unknown' AND c.id > :after GROUP BY c.id ORDER BY c.id LIMIT :most
""")
EVENTS: Final = select(phone_event).where(phone_event.c.phone_call_id == bindparam("phone_call_id")).order_by(phone_event.c.id)

# By the hour in which the telephone rang, with a last row for the whole period; waiting now in every row, so that it is one statement.
WAITING: Final = text("""
  WITH rang AS (
    SELECT date_trunc('hour', rang_at, 'UTC') AS hour, waited_ms, answered_at IS NOT NULL AS answered,
      state = 'abandoned' AS unanswered
    FROM phone_call WHERE organisation_id = :organisation_id AND rang_at >= :starts_at AND rang_at < :ends_at),
  now AS (
    SELECT count(*) AS waiting, min(rang_at) AS since FROM phone_call
    WHERE organisation_id = :organisation_id AND state = 'ringing')
  SELECT hour, count(hour) AS offered, count(*) FILTER (WHERE answered) AS answered,
    count(*) FILTER (WHERE unanswered) AS unanswered,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY waited_ms) FILTER (WHERE answered) AS median_ms,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY waited_ms) FILTER (WHERE answered) AS p90_ms,
    max(waited_ms) AS longest_ms,
    count(*) FILTER (WHERE answered AND waited_ms <= :soon_ms) AS soon,
    count(*) FILTER (WHERE answered AND waited_ms <= :later_ms) AS later,
    (SELECT waiting FROM now) AS waiting, (SELECT since FROM now) AS since
  FROM rang GROUP BY GROUPING SETS ((hour), ()) ORDER BY hour NULLS LAST
""")
STATE_OF_ALL: Final = text("""
  SELECT s.label, s.skew, s.last_event_at,
    (SELECT count(*) FROM phone_call c WHERE c.system_id = s.id AND c.state = 'unknown' AND c.id > :since) AS unknown
  FROM phone_system s WHERE s.removed_at IS NULL ORDER BY s.id
""")
