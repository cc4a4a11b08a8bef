"""Statements about endpoints, attempts and feeds."""

from typing import Final

from sqlalchemy import bindparam, delete, select, text, update

from app.delivery.tables import webhook_attempt, webhook_endpoint

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
HEAD: Final = text("SELECT last FROM recipient_counter WHERE recipient_id = :recipient")
HEADS: Final = text("SELECT recipient_id, last FROM recipient_counter")

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
    (SELECT v.case_id FROM webhook_attempt a JOIN event v ON v.recipient_id = e.organisation_id AND v.number = a.number
      WHERE a.endpoint_id = e.id ORDER BY a.id DESC LIMIT 1) AS case_id
""")
OLDEST_UNDELIVERED: Final = text("""
  SELECT min(first.recorded_at) AS at FROM webhook_endpoint e CROSS JOIN LATERAL (
    SELECT v.recorded_at FROM event v WHERE v.recipient_id = e.organisation_id AND v.number > e.delivered_through
    ORDER BY v.number LIMIT 1) AS first
  WHERE e.state = 'active'
""")
FEED: Final = text("""
  SELECT
    (SELECT coalesce(max(last), 0) FROM recipient_counter WHERE recipient_id = :recipient) AS head,
    (SELECT number FROM event WHERE recipient_id = :recipient ORDER BY number LIMIT 1) AS oldest,
    ARRAY(SELECT body FROM event WHERE recipient_id = :recipient AND number > :after ORDER BY number LIMIT :most) AS bodies
""")
