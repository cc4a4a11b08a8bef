"""Statements about the directory. The one on the way of every call is `AROUND`: a place in, everybody around it out."""

from typing import Final

from sqlalchemy import Date, bindparam, select, text

from app.directory.tables import municipality, municipality_change, organisation

# Who serves a municipality at a moment, and whose shift runs, as JSON that `Surroundings.from_json` reads. Whoever uses it
# chooses kinds: services for hand-offs (Veilig Thuis, police …) are facts for callers, and never asked.
SERVED: Final = """
  SELECT s.kind, json_build_object(
    'service_id', s.id, 'organisation_id', s.organisation_id, 'name', o.name, 'accepts', s.accepts,
    'minimum_age', s.minimum_age, 'hours', s.hours, 'out_of_hours', s.out_of_hours, 'rank', s.rank, 'line', s.kind,
    'named_provider', CASE WHEN n.id IS NOT NULL THEN json_build_object('organisation_id', n.id, 'name', n.name) END,
    'duty', (
      SELECT json_build_object('roster_id', r.id, 'roster_name', r.name, 'layer', h.layer, 'shift_id', h.id,
        'participant', h.participant, 'until', upper(h.span))
      FROM roster r JOIN shift h ON h.roster_number = r.number
      WHERE r.service_id = s.id AND h.span @> CAST(:at AS timestamptz)
        AND int4range(h.roster_number, h.roster_number, '[]') && int4range(r.number, r.number, '[]')
      ORDER BY h.layer DESC LIMIT 1)) AS told
  FROM service s
  JOIN organisation o ON o.id = s.organisation_id AND (o.ends_on IS NULL OR o.ends_on > :day)
    AND (s.ends_on IS NULL OR s.ends_on > :day)
  LEFT JOIN organisation n ON n.id = s.out_of_hours_organisation_id AND (n.ends_on IS NULL OR n.ends_on > :day)
"""

AROUND: Final = text(f"""
  WITH place AS (
    SELECT p.municipality_code AS code, p.also_municipality_codes AS also, 'postcode' AS how
    FROM postcode p WHERE p.pc4 = :pc4 AND :code = ''
    UNION ALL SELECT :code, '{{}}', 'municipality' WHERE :code <> ''),
  around AS (
    SELECT a.id, a.pc4s IS NOT NULL AND :pc4 = '' AS in_part FROM place CROSS JOIN LATERAL (
      SELECT service_id AS id, valid, pc4s FROM service_area WHERE municipality_code = place.code OFFSET 0) a  -- by its index
    WHERE a.valid @> CAST(:day AS date) AND (a.pc4s IS NULL OR :pc4 = '' OR :pc4 = ANY(a.pc4s))
    UNION SELECT id, false FROM service WHERE kind = 'national_desk'),
  served AS ({SERVED.replace("SELECT s.kind,", "SELECT s.kind, around.in_part,")}
    JOIN around ON around.id = s.id)
  SELECT place.how, place.also, place.code, m.name, v.number AS version,
    (SELECT json_agg(told) FROM served WHERE kind = 'meldpunt' AND NOT in_part) AS desks,
    (SELECT json_agg(told) FROM served WHERE kind IN ('crisis', 'outreach') AND NOT in_part) AS providers,
    (SELECT json_agg(told) FROM served WHERE kind = 'national_desk') AS national_desks,
    (SELECT json_agg(told) FROM served WHERE kind IN ('meldpunt', 'crisis', 'outreach') AND in_part) AS in_part
  FROM place
  LEFT JOIN municipality m ON m.code = place.code AND m.valid @> CAST(:day AS date)
  CROSS JOIN directory_version v
""")

EVERYWHERE: Final = text(f"""
  WITH told AS ({SERVED.replace("SELECT s.kind,", "SELECT s.id, s.kind,")})
  SELECT m.code, m.name, m.safety_region, v.number AS version,
    coalesce(json_agg(told.told) FILTER (WHERE told.kind = 'meldpunt' AND a.pc4s IS NULL), '[]') AS desks,
    coalesce(json_agg(told.told) FILTER (WHERE told.kind IN ('crisis', 'outreach') AND a.pc4s IS NULL), '[]') AS providers,
    coalesce(json_agg(told.told) FILTER (
      WHERE told.kind IN ('meldpunt', 'crisis', 'outreach') AND a.pc4s IS NOT NULL), '[]') AS in_part,
    (SELECT coalesce(json_agg(n.told), '[]') FROM told n WHERE n.kind = 'national_desk') AS national_desks
  FROM municipality m
  CROSS JOIN directory_version v
  LEFT JOIN service_area a ON a.municipality_code = m.code AND a.valid @> CAST(:day AS date)
  LEFT JOIN told ON told.id = a.service_id
  WHERE m.valid @> CAST(:day AS date)
  GROUP BY m.code, v.number
  ORDER BY m.code
""")

CHANGES: Final = select(municipality_change).where(municipality_change.c.old_code == bindparam("code"))
NAMES: Final = select(municipality.c.code, municipality.c.name).where(municipality.c.code.in_(bindparam("codes", expanding=True)))
MUNICIPALITIES: Final = (
    select(
        municipality.c.code,
        municipality.c.name,
        municipality.c.safety_region,
        municipality.c.ggd_region,
        municipality.c.police_unit,
        municipality.c.province,
    )
    .where(municipality.c.valid.contains(bindparam("day", type_=Date)), municipality.c.code > bindparam("after"))
    .order_by(municipality.c.code)
)
NATIONAL_DESKS: Final = text("""
  SELECT DISTINCT organisation_id FROM service
  WHERE kind = 'national_desk' AND (ends_on IS NULL OR ends_on > CAST(moment() AT TIME ZONE 'Europe/Amsterdam' AS date))
""")
ORGANISATION: Final = select(organisation).where(organisation.c.id == bindparam("organisation_id"))
SHIFTS: Final = text("""
  SELECT r.id AS roster_id, r.name AS roster_name, s.kind AS line, h.id, h.layer, lower(h.span) AS starts_at, upper(h.span) AS ends_at,
    h.participant
  FROM service s JOIN roster r ON r.service_id = s.id
  JOIN shift h ON h.roster_number = r.number AND h.span && tstzrange(:starts_at, :ends_at)
  WHERE s.organisation_id = :organisation_id ORDER BY r.id, h.layer, h.span
""")
