"""Statements about the directory. The one on the way of every call is `AROUND`: a place in, everybody around it out."""

import re
from typing import Final

from sqlalchemy import Date, bindparam, select, text

from app.directory.tables import municipality, municipality_change, organisation, postcode

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
      FROM roster r CROSS JOIN LATERAL (
        SELECT * FROM shift WHERE int4range(roster_number, roster_number, '[]') && int4range(r.number, r.number, '[]')
          AND span @> CAST(:at AS timestamptz) OFFSET 0) h  -- by its index
      WHERE r.service_id = s.id
      ORDER BY h.layer DESC, r.number LIMIT 1)) AS told
  FROM service s
  JOIN organisation o ON o.id = s.organisation_id AND (o.ends_on IS NULL OR o.ends_on > :day)
    AND (s.ends_on IS NULL OR s.ends_on > :day)
  LEFT JOIN organisation n ON n.id = s.out_of_hours_organisation_id AND (n.ends_on IS NULL OR n.ends_on > :day)
"""

# With how each is reached: a service's own ways, or else those of its organisation.
WAYS: Final = """CASE WHEN s.contact_ways <> '[]' THEN s.contact_ways WHEN o.contact_ways <> '[]' OR o.phone IS NULL THEN o.contact_ways
    ELSE jsonb_build_array(jsonb_build_object('kind', 'phone', 'value', o.phone, 'use', 'citizens')) END"""
IN_PART: Final = SERVED.replace("SELECT s.kind,", f"SELECT s.kind, around.in_part, s.id, s.rank, o.name, {WAYS} AS ways,")
BY_ID: Final = "SELECT * FROM service WHERE id = around.id OFFSET 0"

AROUND: Final = text(f"""
  WITH told AS (  -- the finest that is known decides; `codes` are several where it does not
    SELECT 1 AS rank, 'municipality' AS how, ARRAY[CAST(:code AS text)] AS codes WHERE :code <> ''
    UNION ALL SELECT 2, 'house_number', array_agg(municipality_code) FROM postcode6_number
      WHERE pc6 = :pc6 AND house_number = :house_number HAVING count(*) > 0
    UNION ALL SELECT 3, 'postcode', ARRAY[municipality_code] FROM postcode6 WHERE pc6 = :pc6
    UNION ALL SELECT 4, 'several', array_agg(DISTINCT municipality_code) FROM postcode6_number WHERE pc6 = :pc6 HAVING count(*) > 0
    UNION ALL SELECT 5, 'postcode', municipality_code || also_municipality_codes FROM postcode WHERE pc4 = :pc4
    ORDER BY rank LIMIT 1),
  place AS (SELECT how, codes, codes[1] AS code FROM told),
  around AS (
    SELECT a.id, a.pc4s IS NOT NULL AND :pc4 = '' AS in_part FROM place CROSS JOIN LATERAL (
      SELECT service_id AS id, valid, pc4s FROM service_area WHERE municipality_code = place.code OFFSET 0) a  -- by its index
    WHERE a.valid @> CAST(:day AS date) AND (a.pc4s IS NULL OR :pc4 = '' OR :pc4 = ANY(a.pc4s))
    UNION SELECT id, false FROM service WHERE kind = 'national_desk'),
  served AS ({IN_PART.replace("FROM service s", f"FROM around CROSS JOIN LATERAL ({BY_ID}) s")})
  SELECT place.how, place.codes, place.code, m.name, v.number AS version,
    (SELECT json_agg(told) FROM served WHERE kind = 'meldpunt' AND NOT in_part) AS desks,
    (SELECT json_agg(told) FROM served WHERE kind IN ('crisis', 'outreach') AND NOT in_part) AS providers,
    (SELECT json_agg(told) FROM served WHERE kind = 'national_desk') AS national_desks,
    (SELECT json_agg(told) FROM served WHERE kind IN ('meldpunt', 'crisis', 'outreach') AND in_part) AS in_part,
    (SELECT json_agg(json_build_object('kind', kind, 'contact_ways', ways) ORDER BY in_part, rank, name, id) FROM served
      WHERE kind NOT IN ('meldpunt', 'outreach', 'national_desk') AND ways <> '[]') AS reach
  FROM place
  LEFT JOIN municipality m ON m.code = place.code AND m.valid @> CAST(:day AS date)
  CROSS JOIN directory_version v
""")

# The same from what the directory said at `:known`; a text of its own, so that the one on the way of every call stays as it is.
# A version before the present one has lost its number: 0.
KEPT: Final = re.compile(r"\b(FROM|JOIN) (municipality|postcode|organisation|service_area|service|roster|shift)\b")
AROUND_AS_KNOWN: Final = text(
    KEPT.sub(r"\1 \2_as_known(CAST(:known AS timestamptz))", AROUND.text)
    .replace("shift_as_known(", "shift_of_roster_as_known(r.number, ")
    .replace("v.number AS version", "CASE WHEN v.changed_at <= :known THEN v.number ELSE 0 END AS version")
)
RECORDED_SINCE: Final = text("""
  SELECT least(
    (SELECT min(recorded_at) FROM organisation), (SELECT min(recorded_at) FROM service),
    (SELECT min(lower(recorded)) FROM directory_history WHERE entity IN ('organisation', 'service') AND told ? 'id')) AS since
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
# What codes of municipalities lead to on a day: themselves, or whatever they went over into.
FOLLOWED: Final = text("""
  WITH RECURSIVE led AS (
    SELECT code FROM unnest(CAST(:codes AS text[])) AS code
    UNION SELECT c.new_code FROM led JOIN municipality_change c ON c.old_code = led.code AND c.effective_on <= :day
      LEFT JOIN municipality m ON m.code = led.code AND m.valid @> CAST(:day AS date) WHERE m.code IS NULL)
  SELECT m.code, m.name FROM led JOIN municipality m ON m.code = led.code AND m.valid @> CAST(:day AS date) ORDER BY m.code
""")
_MUNICIPALITIES: Final = select(
    municipality.c.code,
    municipality.c.name,
    municipality.c.safety_region,
    municipality.c.ggd_region,
    municipality.c.police_unit,
    municipality.c.province,
).where(municipality.c.valid.contains(bindparam("day", type_=Date)))
MUNICIPALITIES: Final = _MUNICIPALITIES.where(municipality.c.code > bindparam("after")).order_by(municipality.c.code)
MUNICIPALITY: Final = _MUNICIPALITIES.where(municipality.c.code == bindparam("code"))
MUNICIPALITIES_NAMED: Final = select(municipality.c.code, municipality.c.name).where(
    municipality.c.code.in_(bindparam("codes", expanding=True))
)
MUNICIPALITIES_EVER: Final = select(municipality.c.code, municipality.c.name)
TOWNS: Final = (
    select(postcode.c.place.label("name"), municipality.c.code, municipality.c.name.label("municipality"))
    .distinct()
    .join_from(postcode, municipality, municipality.c.code == postcode.c.municipality_code)
    .where(municipality.c.valid.contains(bindparam("day", type_=Date)))
)
NATIONAL_DESKS: Final = text("""
  SELECT DISTINCT s.organisation_id FROM service s JOIN organisation o ON o.id = s.organisation_id
  WHERE s.kind = 'national_desk'
    AND coalesce(least(s.ends_on, o.ends_on), 'infinity') > CAST(moment() AT TIME ZONE 'Europe/Amsterdam' AS date)
""")
ORGANISATION: Final = select(organisation).where(organisation.c.id == bindparam("organisation_id"))
ORGANISATIONS_NAMED: Final = (
    select(organisation).where(organisation.c.id.in_(bindparam("ids", expanding=True))).order_by(organisation.c.name)
)
SHIFTS: Final = text("""
  SELECT r.id AS roster_id, r.name AS roster_name, s.kind AS line, h.id, h.layer, lower(h.span) AS starts_at, upper(h.span) AS ends_at,
    h.participant
  FROM service s JOIN roster r ON r.service_id = s.id
  JOIN shift h ON h.roster_number = r.number AND h.span && tstzrange(:starts_at, :ends_at)
  WHERE s.organisation_id = :organisation_id ORDER BY r.id, h.layer, h.span
""")
