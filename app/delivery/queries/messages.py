"""Statements about what was sent to an endpoint, is on its way, or is to be sent once more.

A message is an event of the recipient's feed that the endpoint wants, or one of the endpoint's own (a test, a code). It is
pending while its number is ahead of what was delivered, or while it has a row in webhook_message.
"""

from typing import Final

from sqlalchemy import text

# The same rule as the sender's (`envelope.is_wanted`), about endpoint e and event v. What names no municipality, neither by
# itself nor by its case, is for everybody.
WANTED: Final = """
  (cardinality(e.types) = 0 OR EXISTS (SELECT 1 FROM unnest(e.types) AS t
    WHERE v.type = t OR starts_with(v.type, rtrim(rtrim(t, '*'), '.') || '.')))
  AND (cardinality(e.municipality_codes) = 0 OR coalesce(e.municipality_codes && coalesce(
    nullif(v.municipality_codes, '{}'), nullif(ARRAY[municipality_of(v.case_id)], ARRAY[NULL::text])), true))
"""
DELIVERED: Final = "SELECT 1 FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.event_id = {} AND a.outcome = 'delivered'"
TRIED: Final = "SELECT 1 FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.event_id = {}"
AHEAD: Final = "v.recipient_id = e.organisation_id AND v.number > e.delivered_through"
SPAN: Final = "{0} >= :after AND {0} < :before"

# By state, the ids of the messages of endpoint e in a span of ids, newest first. Each part ends by itself at the page's end;
# what failed is found by its attempts, since there are few of them and much may wait behind.
_ATTEMPTED: Final = (
    f"SELECT DISTINCT a.event_id AS id FROM webhook_attempt a WHERE a.endpoint_id = e.id AND {SPAN.format('a.event_id')}"
)
_WAITS_HERE: Final = "EXISTS (SELECT 1 FROM webhook_message m WHERE m.endpoint_id = e.id AND m.event_id = {})"
_PENDING: Final = f"""
  (SELECT v.id FROM event v WHERE {AHEAD} AND {SPAN.format("v.id")} AND {WANTED} AND NOT EXISTS ({TRIED.format("v.id")})
    ORDER BY v.id DESC LIMIT :most)
  UNION
  (SELECT m.event_id FROM webhook_message m WHERE m.endpoint_id = e.id AND {SPAN.format("m.event_id")}
    AND NOT EXISTS ({TRIED.format("m.event_id")}) ORDER BY m.event_id DESC LIMIT :most)
"""
_IN_STATE: Final = {
    "waiting": _PENDING,
    "failed": f"""
      SELECT g.id FROM ({_ATTEMPTED} AND a.outcome <> 'delivered'
        AND (a.number > e.delivered_through OR {_WAITS_HERE.format("a.event_id")})) AS g
      WHERE NOT EXISTS ({DELIVERED.format("g.id")})""",
    "delivered": f"{_ATTEMPTED} AND a.outcome = 'delivered'",
    "givenUp": f"""
      SELECT g.id FROM ({_ATTEMPTED} AND a.outcome = 'given_up') AS g
      WHERE NOT EXISTS ({DELIVERED.format("g.id")}) AND NOT {_WAITS_HERE.format("g.id")}""",
    None: f"({_ATTEMPTED} ORDER BY id DESC LIMIT :most) UNION {_PENDING}",
}
# What is told of each. The last attempt is found by its event, of which there are a few at most.
_TOLD: Final = f"""
  SELECT f.id AS event_id, coalesce(v.number, m.number) AS number,
    coalesce(v.type, m.type, CASE t.trigger WHEN 'test' THEN 'nl.nodus.endpoint.test.v1'
      ELSE 'nl.nodus.endpoint.verification.v1' END) AS type,
    coalesce(t.attempts, 0) AS attempts, coalesce(t.delivered, false) AS delivered,
    m.id IS NOT NULL OR (coalesce(v.number > e.delivered_through, false) AND {WANTED}) AS pending,
    CASE WHEN m.id IS NOT NULL THEN m.next_attempt_at
      WHEN v.number > e.delivered_through AND t.attempts > 0 THEN e.next_attempt_at END AS next_attempt_at,
    t.last_attempt_at, t.last_status, t.last_error
  FROM webhook_endpoint e CROSS JOIN LATERAL ({{found}} ORDER BY id DESC LIMIT :most) AS f
  LEFT JOIN event v ON v.id = f.id AND v.recipient_id = e.organisation_id
  LEFT JOIN webhook_message m ON m.endpoint_id = e.id AND m.event_id = f.id
  LEFT JOIN LATERAL (
    SELECT count(*) AS attempts, bool_or(a.outcome = 'delivered') AS delivered, max(a.trigger) AS trigger,
      max(a.started_at) AS last_attempt_at, (array_agg(a.status ORDER BY a.id DESC))[1] AS last_status,
      (array_agg(a.error ORDER BY a.id DESC))[1] AS last_error
    FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.event_id = f.id) AS t ON true
  WHERE e.id = :endpoint_id
  ORDER BY f.id DESC
"""
MESSAGES: Final = {state: text(_TOLD.replace("{found}", found)) for state, found in _IN_STATE.items()}
MESSAGE: Final = text(_TOLD.replace("{found}", "SELECT CAST(:event_id AS uuid) AS id").replace("LIMIT :most", ""))
OF_MESSAGE: Final = text("""
  SELECT a.* FROM webhook_attempt a WHERE a.endpoint_id = :endpoint_id AND a.event_id = :event_id ORDER BY a.id DESC LIMIT 200
""")
EVENT: Final = text(f"""
  SELECT v.number, v.type, v.number > e.delivered_through AND {WANTED} AS in_turn
  FROM webhook_endpoint e JOIN event v ON v.recipient_id = e.organisation_id AND v.id = :event_id
  WHERE e.id = :endpoint_id
""")
RESEND: Final = text("""
  INSERT INTO webhook_message (id, endpoint_id, organisation_id, event_id, number, type, trigger, next_attempt_at, created_at)
  VALUES (:id, :endpoint_id, :organisation_id, :event_id, :number, :type, 'manual', :at, :at)
  ON CONFLICT (endpoint_id, event_id) DO UPDATE SET next_attempt_at = excluded.next_attempt_at
""")
HURRY: Final = text("UPDATE webhook_message SET next_attempt_at = :at WHERE endpoint_id = :endpoint_id AND event_id = :event_id")
# What is ahead comes by itself, and what waits already waits once. Ids are spans of time, so only its partitions are read.
RECOVER: Final = text(f"""
  INSERT INTO webhook_message (id, endpoint_id, organisation_id, event_id, number, type, trigger, next_attempt_at, created_at)
  SELECT uuidv7(), e.id, e.organisation_id, v.id, v.number, v.type, 'recovery', :at, :at
  FROM webhook_endpoint e JOIN event v ON v.recipient_id = e.organisation_id AND v.number <= e.delivered_through
  WHERE e.id = :endpoint_id AND {SPAN.format("v.id")} AND {WANTED}
    AND (:everything OR NOT EXISTS ({DELIVERED.format("v.id")}))
    AND NOT EXISTS (SELECT 1 FROM webhook_message m WHERE m.endpoint_id = e.id AND m.event_id = v.id)
  ORDER BY v.number LIMIT :most
  ON CONFLICT (endpoint_id, event_id) DO NOTHING
""")
STATISTICS: Final = text("""
  SELECT outcome, error, count(*) AS count,
    percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_ms) AS durations
  FROM webhook_attempt WHERE endpoint_id = :endpoint_id AND id >= :since
  GROUP BY GROUPING SETS ((outcome, error), ()) ORDER BY outcome NULLS FIRST, count(*) DESC
""")
_WAITS: Final = f"""
    SELECT v.recorded_at FROM event v WHERE {AHEAD} AND {WANTED}
    UNION ALL
    SELECT coalesce(v.recorded_at, m.created_at) FROM webhook_message m
      LEFT JOIN event v ON v.id = m.event_id AND v.recipient_id = e.organisation_id
      WHERE m.endpoint_id = e.id
"""
BACKLOG: Final = text(f"""
  SELECT count(*) AS count, min(w.recorded_at) AS oldest FROM webhook_endpoint e CROSS JOIN LATERAL ({_WAITS}) AS w
  WHERE e.id = :endpoint_id
""")
HOW_FAR: Final = text(f"""
  SELECT e.id, (SELECT count(*) FROM ({_WAITS}) AS w) AS backlog, (
    SELECT a.started_at FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.outcome = 'delivered' AND a.id >= :since
    ORDER BY a.id DESC LIMIT 1) AS succeeded_at
  FROM webhook_endpoint e
""")
