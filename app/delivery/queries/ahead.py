"""Statements about endpoints that are said to have had more than there is."""

from typing import Final

from sqlalchemy import text

IS_AHEAD: Final = """e.delivered_through > coalesce(
    (SELECT c.last FROM recipient_counter c WHERE c.recipient_id = e.organisation_id), 0)"""
AHEAD: Final = text(f"SELECT e.id FROM webhook_endpoint e WHERE {IS_AHEAD} LIMIT 100")
# Back to the last event that it is known to have had, or that is older than itself. Whoever serves it must claim it again.
SET_BACK: Final = text(f"""
  WITH had AS (
    SELECT e.id, e.delivered_through AS before, coalesce((
      SELECT max(v.number) FROM event v
      WHERE v.recipient_id = e.organisation_id AND (v.recorded_at < e.created_at OR EXISTS (
        SELECT FROM webhook_attempt a WHERE a.endpoint_id = e.id AND a.event_id = v.id AND a.outcome <> 'failed'))), 0) AS through
    FROM webhook_endpoint e WHERE e.id = :endpoint_id AND {IS_AHEAD} FOR UPDATE)
  UPDATE webhook_endpoint e SET delivered_through = had.through, leased_until = NULL, leased_by = NULL,
    pressing_told_through = least(e.pressing_told_through, had.through)
  FROM had WHERE e.id = had.id
  RETURNING had.before, had.through
""")
