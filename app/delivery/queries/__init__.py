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
HEADS: Final = text("SELECT recipient_id, last FROM recipient_counter")

# Only looks at endpoints that have something to deliver; the lease ends by itself when the worker is killed.
CLAIM: Final = text("""
  UPDATE webhook_endpoint SET leased_until = :lease
  WHERE id IN (
    SELECT e.id FROM webhook_endpoint e JOIN recipient_counter c ON c.recipient_id = e.organisation_id
    WHERE e.state = 'active' AND c.last > e.delivered_through AND e.next_attempt_at <= :at
      AND (e.leased_until IS NULL OR e.leased_until < :at)
    ORDER BY e.next_attempt_at LIMIT :most FOR UPDATE OF e SKIP LOCKED)
  RETURNING id, organisation_id, url, types, delivered_through, attempts, failing_since,
    ARRAY(SELECT s.secret FROM webhook_secret s WHERE s.endpoint_id = webhook_endpoint.id AND s.kind = 'hmac'
      AND (s.ends_at IS NULL OR s.ends_at > :at) ORDER BY s.created_at DESC) AS secrets
""")
RENEW: Final = text("""
  UPDATE webhook_endpoint SET leased_until = :lease WHERE id = ANY(CAST(:held AS uuid[])) AND leased_until IS NOT NULL
""")
UNDELIVERED: Final = text("""
  SELECT number, id, type, body FROM event WHERE recipient_id = :recipient AND number > :after ORDER BY number LIMIT :most
""")
# What a batch of attempts led to: rows for the attempts, and how far each endpoint is now.
RECORD: Final = text("""
  WITH told AS (
    INSERT INTO webhook_attempt
    SELECT * FROM json_populate_recordset(CAST(NULL AS webhook_attempt), CAST(:attempts AS json)) RETURNING 1)
  UPDATE webhook_endpoint e
  SET delivered_through = coalesce(n.delivered_through, e.delivered_through), attempts = coalesce(n.attempts, e.attempts),
    next_attempt_at = coalesce(n.next_attempt_at, e.next_attempt_at),
    failing_since = CASE WHEN n.next_attempt_at IS NULL THEN e.failing_since ELSE n.failing_since END,
    last_error = CASE WHEN n.next_attempt_at IS NULL THEN e.last_error ELSE n.last_error END,
    leased_until = CASE WHEN n.ended THEN NULL ELSE e.leased_until END,
    state = CASE WHEN n.gone THEN 'disabled' ELSE e.state END,
    disabled_reason = CASE WHEN n.gone THEN 'gone' ELSE e.disabled_reason END,
    disabled_at = CASE WHEN n.gone THEN now() ELSE e.disabled_at END
  FROM json_to_recordset(CAST(:endpoints AS json)) AS n (id uuid, delivered_through bigint, attempts smallint,
    next_attempt_at timestamptz, failing_since timestamptz, last_error text, ended boolean, gone boolean)
  WHERE e.id = n.id
""")
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
FEED: Final = text("""
  SELECT
    (SELECT coalesce(max(last), 0) FROM recipient_counter WHERE recipient_id = :recipient) AS head,
    (SELECT number FROM event WHERE recipient_id = :recipient ORDER BY number LIMIT 1) AS oldest,
    ARRAY(SELECT body FROM event WHERE recipient_id = :recipient AND number > :after ORDER BY number LIMIT :most) AS bodies
""")
