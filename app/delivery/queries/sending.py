"""Statements of the sender: claim endpoints, read what goes to them next, store what became of it."""

from typing import Final

from sqlalchemy import text

# Leases are reckoned by the database's clock, which all workers share; one further ahead than a lease can be is of another time.
FREE: Final = """(e.leased_until IS NULL OR e.leased_until < now() OR e.leased_until > now() + 2 * CAST(:lease AS interval))"""
# A last attempt in the future: the clock was set back, and what was planned by the old one no longer counts.
DUE: Final = "(e.state = 'active' AND (e.next_attempt_at <= :at OR e.attempted_at > :soon))"
# Tests and what somebody asked for by hand don't wait for a receiver to recover; verification is all that an unverified one gets.
MESSAGE_DUE: Final = """(m.next_attempt_at <= :at OR m.next_attempt_at > :too_far)
  AND (m.trigger = 'verification' OR e.state = 'active' AND (m.trigger IN ('test', 'manual') OR {due}))"""
READY: Final = f"""e.state IN ('active', 'unverified') AND {FREE} AND e.id <> ALL (CAST(:not_now AS uuid[])) AND (
    {DUE} AND EXISTS (
      SELECT FROM recipient_counter c WHERE c.recipient_id = e.organisation_id AND c.last > e.delivered_through)
    OR EXISTS (SELECT FROM webhook_message m WHERE m.endpoint_id = e.id AND {MESSAGE_DUE.format(due=DUE)}))"""
SIGNS: Final = "s.endpoint_id = e.id AND (s.ends_at IS NULL OR s.ends_at > :at)"
# Those that failed last have a share of their own, so that they never take the places of those that work.
CLAIM: Final = text(f"""
  WITH sound AS (
    SELECT e.id FROM webhook_endpoint e WHERE {READY} AND e.failing_since IS NULL
    ORDER BY e.next_attempt_at LIMIT :sound FOR UPDATE SKIP LOCKED),
  ailing AS (
    SELECT e.id FROM webhook_endpoint e WHERE {READY} AND e.failing_since IS NOT NULL
    ORDER BY e.next_attempt_at LIMIT :ailing FOR UPDATE SKIP LOCKED)
  UPDATE webhook_endpoint e SET leased_until = now() + CAST(:lease AS interval), leased_by = :worker
  WHERE e.id IN (SELECT id FROM sound UNION ALL SELECT id FROM ailing)
  RETURNING e.id, e.organisation_id, e.version, e.state, e.url, e.types, e.municipality_codes, e.ordering, e.per_minute,
    e.granted_per_minute, e.access, e.delivered_through, e.attempts, e.next_attempt_at, e.failing_since, {DUE} AS due,
    ARRAY(SELECT s.id FROM webhook_secret s WHERE {SIGNS} ORDER BY s.id DESC) AS secret_ids,
    ARRAY(SELECT s.kind FROM webhook_secret s WHERE {SIGNS} ORDER BY s.id DESC) AS kinds,
    ARRAY(SELECT s.secret FROM webhook_secret s WHERE {SIGNS} ORDER BY s.id DESC) AS secrets
""")
RENEW: Final = text("""
  UPDATE webhook_endpoint SET leased_until = now() + CAST(:lease AS interval)
  WHERE id = ANY (CAST(:held AS uuid[])) AND leased_by = :worker AND leased_until IS NOT NULL
  RETURNING id
""")
# What goes next, messages before events. No row: somebody changed the endpoint, or another worker has it. A row without an
# event: nothing is waiting.
NEXT: Final = text(f"""
  SELECT n.* FROM webhook_endpoint e LEFT JOIN LATERAL (
    (SELECT m.id AS message_id, m.event_id AS id, m.number, m.type, m.trigger, m.attempts, NULL::text[] AS places,
      coalesce(m.body, (SELECT v.body FROM event v WHERE v.recipient_id = m.organisation_id AND v.number = m.number)) AS body
    FROM webhook_message m
    WHERE m.endpoint_id = e.id AND m.id <> ALL (CAST(:under_way AS uuid[])) AND {MESSAGE_DUE.format(due=":due")}
    ORDER BY m.number NULLS FIRST LIMIT :most)
    UNION ALL
    (SELECT NULL, v.id, v.number, v.type, 'scheduled', 0,
      CASE WHEN e.municipality_codes <> '{{}}' THEN coalesce(nullif(v.municipality_codes, '{{}}'),
        nullif(ARRAY[municipality_of(v.case_id)], ARRAY[NULL::text])) END, v.body
    FROM event v WHERE :due AND v.recipient_id = e.organisation_id AND v.number > :after ORDER BY v.number LIMIT :most)
  ) AS n ON true
  WHERE e.id = :endpoint AND e.leased_by = :worker AND e.version = :version AND e.state = :state
    AND ARRAY(SELECT s.id FROM webhook_secret s WHERE {SIGNS} ORDER BY s.id DESC) = CAST(:secret_ids AS uuid[])
""")
# What a batch of attempts led to, as one statement: rows for the attempts, what is sent beside the order from now on or no more,
# and how far each endpoint is. An endpoint that another worker serves by now is left alone; one that was changed since keeps
# what the change said of it.
RECORD: Final = text("""
  WITH told AS (
    INSERT INTO webhook_attempt
    SELECT * FROM json_populate_recordset(CAST(NULL AS webhook_attempt), CAST(:attempts AS json)) RETURNING 1),
  messages AS (
    SELECT * FROM json_to_recordset(CAST(:messages AS json)) AS n (id uuid, endpoint_id uuid, organisation_id uuid, event_id uuid,
      number bigint, type text, attempts smallint, next_attempt_at timestamptz, is_new boolean, at timestamptz)),
  beside AS (
    INSERT INTO webhook_message (id, endpoint_id, organisation_id, event_id, number, type, trigger, attempts, next_attempt_at,
      created_at)
    SELECT n.id, n.endpoint_id, n.organisation_id, n.event_id, n.number, n.type, 'scheduled', n.attempts, n.next_attempt_at, n.at
    FROM messages n JOIN webhook_endpoint e ON e.id = n.endpoint_id WHERE n.is_new
    ON CONFLICT (endpoint_id, event_id) DO NOTHING),
  again AS (
    UPDATE webhook_message m SET attempts = n.attempts, next_attempt_at = n.next_attempt_at
    FROM messages n WHERE m.id = n.id AND NOT n.is_new AND n.next_attempt_at IS NOT NULL),
  ended AS (
    DELETE FROM webhook_message m USING messages n WHERE m.id = n.id AND NOT n.is_new AND n.next_attempt_at IS NULL)
  UPDATE webhook_endpoint e
  SET delivered_through = greatest(n.delivered_through, e.delivered_through),
    attempts = CASE WHEN n.tried AND e.version = n.version THEN n.attempts ELSE e.attempts END,
    next_attempt_at = CASE WHEN n.tried AND e.version = n.version THEN n.next_attempt_at ELSE e.next_attempt_at END,
    failing_since = CASE WHEN n.tried AND e.version = n.version THEN n.failing_since ELSE e.failing_since END,
    last_error = CASE WHEN n.tried AND e.version = n.version THEN n.last_error ELSE e.last_error END,
    attempted_at = coalesce(n.attempted_at, e.attempted_at),
    leased_until = CASE WHEN n.ended THEN NULL ELSE e.leased_until END,
    leased_by = CASE WHEN n.ended THEN NULL ELSE e.leased_by END,
    state = CASE WHEN n.gone AND e.version = n.version THEN 'disabled' ELSE e.state END,
    disabled_reason = CASE WHEN n.gone AND e.version = n.version THEN 'gone' ELSE e.disabled_reason END,
    disabled_at = CASE WHEN n.gone AND e.version = n.version THEN now() ELSE e.disabled_at END
  FROM json_to_recordset(CAST(:endpoints AS json)) AS n (id uuid, version int, delivered_through bigint, attempts smallint,
    next_attempt_at timestamptz, failing_since timestamptz, last_error text, attempted_at timestamptz, tried boolean,
    ended boolean, gone boolean)
  WHERE e.id = n.id AND e.leased_by = :worker
""")
