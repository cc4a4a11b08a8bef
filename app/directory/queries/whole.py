"""Statements that read the whole directory, for who looks at many moments at once."""

from typing import Final

from sqlalchemy import text

from app.directory.queries.look_up import SERVED

# Every service that can be asked, as the statement on the way of every call tells it, with the day on which it ends.
SERVICES: Final = text(
    SERVED.replace("SELECT s.kind,", "SELECT s.id, s.kind, s.ends_on,")
    + " WHERE s.kind IN ('meldpunt', 'crisis', 'outreach', 'national_desk')"
)
ENDINGS: Final = text("SELECT id AS organisation_id, ends_on FROM organisation WHERE ends_on IS NOT NULL")
MUNICIPALITIES: Final = text("""
  SELECT m.code, m.name, lower(m.valid) AS starts_on, upper(m.valid) AS ends_on, count(p.pc4) AS postcodes
  FROM municipality m LEFT JOIN postcode p ON p.municipality_code = m.code
  GROUP BY m.code, m.name, m.valid ORDER BY m.code
""")
AREAS: Final = text("""
  SELECT service_id, municipality_code AS code, lower(valid) AS starts_on, upper(valid) AS ends_on, pc4s IS NOT NULL AS in_part
  FROM service_area
""")
ROSTERS: Final = text("SELECT id, number, service_id, name FROM roster ORDER BY number")
SHIFTS: Final = text("""
  SELECT id, roster_number, layer, lower(span) AS starts_at, upper(span) AS ends_at, participant
  FROM shift WHERE id > :after AND span && tstzrange(:starts_at, :ends_at) ORDER BY id LIMIT :most
""")
VERSION: Final = text("SELECT number FROM directory_version")
