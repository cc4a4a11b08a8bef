"""Named statements over the room's own tables."""

from typing import Final

from sqlalchemy import text

DEMANDS: Final = text("""
  SELECT id, organisation_id, line, scheme, codes, hours, lower(valid) AS since, upper(valid) AS until, enough, version
  FROM demand WHERE id > :after ORDER BY id LIMIT :most
""")
DEMAND: Final = text("""
  SELECT id, organisation_id, line, scheme, codes, hours, lower(valid) AS since, upper(valid) AS until, enough, version
  FROM demand WHERE id = :demand_id
""")
CHANGE_DEMAND: Final = text("""
  UPDATE demand SET line = :line, scheme = :scheme, codes = :codes, hours = CAST(:hours AS jsonb),
    valid = daterange(:since, :until), enough = :enough, version = version + 1
  WHERE id = :demand_id AND version = :version
""")
REMOVE_DEMAND: Final = text("DELETE FROM demand WHERE id = :demand_id AND version = :version")

FALLBACKS: Final = text("SELECT service_id, by_service_id, organisation_id, version FROM fallback ORDER BY service_id")
FALLBACK: Final = text("SELECT service_id, by_service_id, organisation_id, version FROM fallback WHERE service_id = :service_id")
REMOVE_FALLBACK: Final = text("DELETE FROM fallback WHERE service_id = :service_id AND version = :version")

TOLD: Final = """
  SELECT id, line, municipality_codes, organisation_ids, lower(span) AS starts_at, upper(span) AS ends_at, runs_on, left_rung, reason,
    level, told, found_at, next_at, acknowledgement, acknowledged_by, acknowledged_at, cleared_at, closed_by, version
  FROM gap
"""
OPEN_LOCKED: Final = text(f"{TOLD} WHERE cleared_at IS NULL ORDER BY id FOR UPDATE")
LOCKED: Final = text(f"{TOLD} WHERE id = :gap_id AND cleared_at IS NULL AND next_at <= :at FOR UPDATE SKIP LOCKED")
GAP: Final = text(f"{TOLD} WHERE id = :gap_id")
GAPS: Final = text(f"""{TOLD} WHERE id > :after AND (:mine = '' OR CAST(nullif(:mine, '') AS uuid) = ANY (organisation_ids))
  AND (CAST(:cleared AS boolean) IS NULL OR (cleared_at IS NOT NULL) = :cleared) ORDER BY id LIMIT :most""")
DUE: Final = text("SELECT id FROM gap WHERE cleared_at IS NULL AND next_at <= :at ORDER BY next_at LIMIT 100")
ACKNOWLEDGE: Final = text("""
  UPDATE gap SET acknowledgement = :code, acknowledged_by = :organisation_id, acknowledged_at = :at, version = version + 1
  WHERE id = :gap_id AND version = :version
""")
# The span of a gap that goes on, or who has heard, or why it is over: several gaps in one statement.
CHANGE_GAPS: Final = text("""
  UPDATE gap g SET span = tstzrange(c.starts_at, c.ends_at), runs_on = c.runs_on, level = c.level, told = c.told,
    next_at = c.next_at, cleared_at = c.cleared_at, closed_by = c.closed_by, version = g.version + 1
  FROM jsonb_to_recordset(CAST(:changed AS jsonb)) AS c (id uuid, starts_at timestamptz, ends_at timestamptz, runs_on boolean,
    level smallint, told uuid[], next_at timestamptz, cleared_at timestamptz, closed_by text)
  WHERE g.id = c.id
""")
COUNTS: Final = text("""
  SELECT line, count(*) AS count, min(lower(span)) AS next_at FROM gap WHERE cleared_at IS NULL AND upper(span) > :at GROUP BY line
""")
COUNTS_OF_EACH: Final = text("""
  SELECT organisation_id, count(*) AS count FROM gap CROSS JOIN unnest(organisation_ids) AS organisation_id
  WHERE cleared_at IS NULL AND upper(span) > :at GROUP BY organisation_id
""")

LOOK: Final = text("SELECT directory_version, next_at, summarised_on FROM coverage_look")
LOOK_LOCKED: Final = text("SELECT directory_version, next_at, summarised_on FROM coverage_look FOR UPDATE SKIP LOCKED")
LOOKED: Final = text("UPDATE coverage_look SET directory_version = :version, next_at = :next_at")
SUMMARISED: Final = text("UPDATE coverage_look SET summarised_on = :day")
