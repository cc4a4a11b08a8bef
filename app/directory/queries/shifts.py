"""Statements about rosters and the shifts that are on them."""

from typing import Final

from sqlalchemy import text

ROSTERS: Final = text("""
  SELECT r.id, r.number, r.name, r.service_id, s.organisation_id, s.kind AS line
  FROM roster r JOIN service s ON s.id = r.service_id WHERE r.id = ANY(:rosters)
""")
UNPLANNED: Final = text("""
  SELECT r.id, r.number, r.name, r.service_id, s.organisation_id, s.kind AS line
  FROM roster r JOIN service s ON s.id = r.service_id
  WHERE NOT EXISTS (SELECT FROM shift h WHERE h.roster_number = r.number AND h.participant_id IS NOT NULL) ORDER BY r.number
""")
SERVICE: Final = text("SELECT organisation_id FROM service WHERE id = :service_id")
RENAME: Final = text("UPDATE roster SET name = :name, service_id = :service_id WHERE id = :roster_id")

_SHIFT: Final = """
  SELECT h.id, r.id AS roster_id, r.service_id, h.layer, lower(h.span) AS starts_at, upper(h.span) AS ends_at, h.participant,
    h.participant_id, h.recorded_at
  FROM shift h JOIN roster r ON r.number = h.roster_number
"""
# Said a second time as ranges, so that the index of the exclusion constraint finds a roster's shifts.
OF_ROSTERS: Final = text(f"""
  {_SHIFT} AND int4range(h.roster_number, h.roster_number, '[]') && int4range(r.number, r.number, '[]')
  WHERE r.id = ANY(:rosters) AND h.span && tstzrange(:starts_at, :ends_at) ORDER BY r.id, h.layer, h.span
""")
OF_PARTICIPANTS: Final = text(f"""
  {_SHIFT} WHERE h.participant_id = ANY(:participants) AND h.span && tstzrange(:starts_at, :ends_at) ORDER BY h.span
""")
WITH_PARTICIPANT: Final = text(f"""
  {_SHIFT} WHERE h.participant_id IS NOT NULL AND h.span && tstzrange(:starts_at, :ends_at) ORDER BY h.span
""")
STARTING: Final = text(f"""
  {_SHIFT} WHERE h.participant_id IS NOT NULL AND lower(h.span) > :after AND lower(h.span) <= :until ORDER BY h.span
""")
ONE: Final = text(f"{_SHIFT} WHERE h.id = :shift_id")

DELETE: Final = text("DELETE FROM shift WHERE id = ANY(:ids)")
# Only ends move, and what stood in the way is gone already: no two rows meet, in whatever order they are changed.
CHANGE: Final = text("""
  UPDATE shift h SET span = c.span, participant_id = c.participant_id, participant = c.participant
  FROM jsonb_to_recordset(CAST(:changed AS jsonb)) AS c (id uuid, span tstzrange, participant_id uuid, participant text)
  WHERE h.id = c.id
""")
