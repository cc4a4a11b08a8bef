"""Statements about endpoints of which people must be told, and how many there are. Each is told of by changing its own row."""

from typing import Final

from sqlalchemy import text

from app.delivery.queries.messages import AHEAD, DELIVERED, WANTED

UNDELIVERED: Final = f"(SELECT count(*) FROM event v WHERE {AHEAD}) AS undelivered"

IS_UNVERIFIED: Final = """e.state = 'unverified' AND e.verification_started_at <= :since
  AND (e.told_at IS NULL OR e.told_at < e.verification_started_at OR e.told_at <= :before)"""
UNVERIFIED: Final = text(f"SELECT e.id FROM webhook_endpoint e WHERE {IS_UNVERIFIED} LIMIT 100")
TELL_UNVERIFIED: Final = text(f"""
  UPDATE webhook_endpoint e SET told_at = :at WHERE e.id = :endpoint_id AND {IS_UNVERIFIED}
  RETURNING e.organisation_id, e.verification, e.verification_started_at, e.verification_error, {UNDELIVERED}
""")

# Failing for days, and tried all the while: days in which no worker ran count for nobody's failure. Or told 410 by its receiver.
IS_ENDED: Final = """((e.state = 'active' AND e.failing_since <= :since
    AND EXISTS (SELECT 1 FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.id >= :recent))
  OR (e.state = 'disabled' AND e.disabled_told_at IS NULL))"""
ENDED: Final = text(f"SELECT e.id FROM webhook_endpoint e WHERE {IS_ENDED} LIMIT 100")
END: Final = text(f"""
  UPDATE webhook_endpoint e SET state = 'disabled', disabled_reason = coalesce(e.disabled_reason, 'failing'),
    disabled_at = coalesce(e.disabled_at, :at), disabled_told_at = :at
  WHERE e.id = :endpoint_id AND {IS_ENDED}
  RETURNING e.organisation_id, e.disabled_reason, e.failing_since, {UNDELIVERED}
""")

IS_ENDING: Final = "e.certificate_ends_at <= :soon AND e.certificate_told_at IS NULL"
ENDING: Final = text(f"SELECT e.id FROM webhook_endpoint e WHERE {IS_ENDING} LIMIT 100")
TELL_ENDING: Final = text(f"""
  UPDATE webhook_endpoint e SET certificate_told_at = :at WHERE e.id = :endpoint_id AND {IS_ENDING}
  RETURNING e.organisation_id, e.certificate_ends_at
""")

# What is pressing is found by an index of its own, however much waits; what is tried again beside the order has a row of its own.
_LATE: Final = f"""
  SELECT v.number, v.recorded_at, v.case_id FROM event v
  WHERE {AHEAD} AND v.pressing AND v.recorded_at <= :late AND {{0}} AND {WANTED} AND NOT EXISTS ({DELIVERED.format("v.id")})
  UNION
  SELECT v.number, v.recorded_at, v.case_id FROM webhook_message m JOIN event v
    ON v.id = m.event_id AND v.recipient_id = e.organisation_id
  WHERE m.endpoint_id = e.id AND m.trigger = 'scheduled' AND v.pressing AND v.recorded_at <= :late AND {{0}}
"""
_NEWS: Final = "v.number > e.pressing_told_through"
_ALL: Final = "v.number > 0"
PRESSING: Final = text(f"""
  SELECT e.id FROM webhook_endpoint e WHERE EXISTS ({_LATE.replace("{0}", _NEWS)}) LIMIT 100
""")
TELL_PRESSING: Final = text(f"""
  WITH held AS (SELECT * FROM webhook_endpoint WHERE id = :endpoint_id FOR UPDATE),
    late AS (
      SELECT e.id, count(*) AS undelivered, min(l.recorded_at) AS waiting_since, min(l.number) AS from_number,
        max(l.number) AS through_number, (array_agg(l.case_id ORDER BY l.number))[1] AS case_id
      FROM held e CROSS JOIN LATERAL ({_LATE.replace("{0}", _NEWS)}) AS l GROUP BY e.id)
  UPDATE webhook_endpoint w SET pressing_told_through = late.through_number FROM late WHERE w.id = late.id
  RETURNING w.organisation_id, w.state, late.undelivered, late.waiting_since, late.from_number, late.through_number, late.case_id
""")
COUNTS: Final = text(f"""
  SELECT e.state, count(*) AS count, count(*) FILTER (WHERE e.certificate_ends_at <= :soon) AS ending,
    count(*) FILTER (WHERE e.state = 'unverified' AND e.verification_started_at <= :since) AS stuck,
    sum((SELECT count(*) FROM ({_LATE.replace("{0}", _ALL)}) AS l)) AS pressing
  FROM webhook_endpoint e GROUP BY e.state
""")

# What does not work at this moment: failing though nobody paused it, disabled, unverified for long, or with something pressing behind it.
TROUBLED: Final = text(f"""
  SELECT * FROM (
    SELECT e.id, e.organisation_id, e.state, e.failing_since, e.disabled_at, e.disabled_reason,
      e.state = 'unverified' AND e.verification_started_at <= :since AS stuck, e.verification_started_at, {UNDELIVERED},
      (SELECT count(*) FROM ({_LATE.replace("{0}", _ALL)}) AS l) AS pressing
    FROM webhook_endpoint e) AS found
  WHERE (failing_since IS NOT NULL AND state <> 'paused') OR state = 'disabled' OR stuck OR pressing > 0
  ORDER BY pressing DESC, coalesce(failing_since, disabled_at, verification_started_at), id LIMIT :most
""")
