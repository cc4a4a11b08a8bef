"""Statements about endpoints, attempts and feeds."""

from typing import Final

from sqlalchemy import bindparam, delete, or_, select, text, update

from app.delivery.tables import webhook_attempt, webhook_endpoint, webhook_secret

ENDPOINTS: Final = select(webhook_endpoint).order_by(webhook_endpoint.c.id)
ENDPOINT: Final = select(webhook_endpoint).where(webhook_endpoint.c.id == bindparam("endpoint_id"))
LOCKED: Final = ENDPOINT.with_for_update()
CHANGE: Final = update(webhook_endpoint).where(webhook_endpoint.c.id == bindparam("endpoint_id"))
REMOVE: Final = delete(webhook_endpoint).where(webhook_endpoint.c.id == bindparam("endpoint_id"))
ATTEMPTS: Final = (
    select(webhook_attempt)
    .where(webhook_attempt.c.endpoint_id == bindparam("endpoint_id"), webhook_attempt.c.id < bindparam("before"))
    .order_by(webhook_attempt.c.id.desc())
)
HEAD_AND_COUNT: Final = text("""
  SELECT coalesce((SELECT last FROM recipient_counter WHERE recipient_id = :recipient), 0) AS last,
    (SELECT count(*) FROM webhook_endpoint WHERE organisation_id = :recipient) AS count
""")
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('endpoints ' || CAST(:organisation AS text), 0))")
SECRETS: Final = (
    select(webhook_secret)
    .where(webhook_secret.c.endpoint_id == bindparam("endpoint_id"))
    .where(or_(webhook_secret.c.ends_at.is_(None), webhook_secret.c.ends_at > bindparam("at")))
    .order_by(webhook_secret.c.created_at.desc())
)
# Those that sign, or the one that is named, sign until then; never longer than they were to.
END_SECRETS: Final = text("""
  UPDATE webhook_secret SET ends_at = greatest(least(ends_at, :ends_at), created_at + interval '1 microsecond')
  WHERE endpoint_id = :endpoint_id AND (ends_at IS NULL OR ends_at > :at) AND id = coalesce(CAST(:secret_id AS uuid), id)
""")
UNKNOWN: Final = text("SELECT unknown_municipalities(CAST(:codes AS text[]), :day) AS places")
HEAD: Final = text("SELECT last FROM recipient_counter WHERE recipient_id = :recipient")
HEADS: Final = text("SELECT recipient_id, last, oldest FROM recipient_counter")

# Failing for long and not told of, or not for a day; a paused endpoint is silent by choice.
IS_SILENT: Final = """e.state <> 'paused' AND e.failing_since <= :since
  AND (e.told_at IS NULL OR e.told_at < e.failing_since OR e.told_at <= :before)"""
SILENT: Final = text(f"SELECT e.id FROM webhook_endpoint e WHERE {IS_SILENT} LIMIT 100")
TELL_SILENT: Final = text(f"""
  UPDATE webhook_endpoint e SET told_at = :at
  WHERE e.id = :endpoint_id AND {IS_SILENT}
  RETURNING e.organisation_id, e.failing_since, e.state,
    (SELECT count(*) FROM event v WHERE v.recipient_id = e.organisation_id AND v.number > e.delivered_through) AS undelivered,
    (SELECT count(*) FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.outcome = 'given_up'
      AND a.started_at >= e.failing_since) AS given_up,
    coalesce((SELECT v.case_id FROM webhook_attempt a JOIN event v ON v.recipient_id = e.organisation_id AND v.number = a.number
      WHERE a.endpoint_id = e.id ORDER BY a.id DESC LIMIT 1),
    (SELECT v.case_id FROM event v WHERE v.recipient_id = e.organisation_id AND v.number > e.delivered_through
      AND v.case_id IS NOT NULL ORDER BY v.number LIMIT 1)) AS case_id
""")
OLDEST_UNDELIVERED: Final = text("""
  SELECT min(first.recorded_at) AS at FROM webhook_endpoint e CROSS JOIN LATERAL (
    SELECT v.recorded_at FROM event v WHERE v.recipient_id = e.organisation_id AND v.number > e.delivered_through
    ORDER BY v.number LIMIT 1) AS first
  WHERE e.state = 'active'
""")
# One statement, one snapshot: the head is that of the events beside it.
FEED: Final = text("""
  SELECT coalesce(c.last, 0) AS head, coalesce(c.oldest, 1) AS oldest,
    ARRAY(SELECT body FROM event WHERE recipient_id = :recipient AND number > :after ORDER BY number LIMIT :most) AS bodies
  FROM (SELECT) AS always LEFT JOIN recipient_counter c ON c.recipient_id = :recipient
""")
# The feeds of those who were woken together; `waiting()` in the database knows whose.
WAITING: Final = text("SELECT set_config('nodus.waiting', :recipients, true)")
WOKEN: Final = text("""
  SELECT a.recipient, a.after, coalesce(c.last, 0) AS head, coalesce(c.oldest, 1) AS oldest,
    ARRAY(SELECT e.body FROM event e WHERE e.recipient_id = a.recipient AND e.number > a.after ORDER BY e.number LIMIT :most)
      AS bodies
  FROM unnest(CAST(:recipients AS uuid[]), CAST(:afters AS bigint[])) AS a (recipient, after)
    LEFT JOIN recipient_counter c ON c.recipient_id = a.recipient
""")
NUMBER: Final = text("SELECT number FROM event WHERE id = :event_id AND recipient_id = :recipient")
FEEDS_TO_SWEEP: Final = text("SELECT recipient_id FROM recipient_counter WHERE sweep_at <= :at ORDER BY sweep_at LIMIT 100")
# Up to where a feed may go: before the first of the oldest `most` that is young, that an endpoint has not had, or that waits to be
# sent beside the order; never the last, whose id a poller may come back with after a silent year.
TO_FORGET: Final = text("""
  WITH first AS (
    SELECT e.number, e.recorded_at, c.oldest, c.last FROM recipient_counter c JOIN event e USING (recipient_id)
    WHERE c.recipient_id = :recipient AND e.number >= c.oldest ORDER BY e.number LIMIT :most),
  held AS (
    SELECT min(number) AS number FROM (
      SELECT delivered_through + 1 AS number FROM webhook_endpoint
        WHERE organisation_id = :recipient AND state IN ('active', 'paused')
      UNION ALL SELECT number FROM webhook_message WHERE organisation_id = :recipient) AS needed)
  SELECT oldest, coalesce(min(f.number) FILTER (WHERE f.recorded_at >= :before OR f.number >= f.last OR f.number >= held.number),
    max(f.number) + 1) AS kept_from, count(*) AS seen
  FROM first f, held GROUP BY oldest
""")
FORGET: Final = text("DELETE FROM event WHERE recipient_id = :recipient AND number >= :oldest AND number < :kept_from")
# Takes the counter's lock, for which intake waits: last, and for no longer than a commit.
FORGOTTEN: Final = text("""
  UPDATE recipient_counter SET oldest = greatest(oldest, :kept_from), sweep_at = :sweep_at WHERE recipient_id = :recipient
""")
OLD_ANSWERS: Final = text("SELECT 1 FROM idempotency WHERE created_at < :before LIMIT 1")
FORGET_ANSWERS: Final = text("""
  DELETE FROM idempotency WHERE (organisation_id, route, key) IN (
    SELECT organisation_id, route, key FROM idempotency WHERE created_at < :before ORDER BY created_at LIMIT :most)
""")
