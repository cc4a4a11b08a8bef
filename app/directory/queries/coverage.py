"""Who would get a case, over a period: the ladder as arithmetic with multiranges, one row an answer."""

from typing import Final

from sqlalchemy import text

LOCAL: Final = "CAST(CAST({} AS timestamp) AT TIME ZONE 'Europe/Amsterdam' AS timestamptz)"
VALID: Final = f"tstzrange({LOCAL.format('lower({0}.valid)')}, {LOCAL.format('upper({0}.valid)')})"

HOURS: Final = text("SELECT DISTINCT hours FROM service WHERE kind = 'meldpunt'")
VERSION: Final = text("SELECT number FROM directory_version")

# Municipalities that the same services serve are asked about once: a group. `there` is when a service serves a group; who serves a
# part of a municipality is passed over, as for every place without a postcode, and who is only told of (police …) is never asked.
# `codes`: only these municipalities, or all of them when it is null.
GROUPS: Final = f"""
  period AS (SELECT tstzrange(:starts_at, :ends_at) AS span, CAST(:codes AS text[]) AS codes),
  serving AS (
    SELECT s.id, s.organisation_id, o.name, s.kind, s.rank, s.accepts, s.hours, s.out_of_hours, s.out_of_hours_organisation_id AS named,
      tstzrange(NULL, {LOCAL.format("least(s.ends_on, o.ends_on)")}) AS lasts
    FROM service s JOIN organisation o ON o.id = s.organisation_id
    WHERE s.kind IN ('meldpunt', 'crisis', 'outreach', 'national_desk')),
  area AS (
    SELECT a.municipality_code, a.service_id, range_agg({VALID.format("a")} * s.lasts) AS valid
    FROM service_area a JOIN serving s ON s.id = a.service_id CROSS JOIN period p
    WHERE a.pc4s IS NULL AND {VALID.format("a")} && p.span AND s.lasts && p.span
      AND (p.codes IS NULL OR a.municipality_code = ANY (p.codes)) GROUP BY 1, 2),
  around AS (
    SELECT m.code, {VALID.format("m")} * p.span AS span,
      array_agg(a.service_id ORDER BY a.service_id) FILTER (WHERE a.service_id IS NOT NULL) AS services,
      array_agg(a.valid ORDER BY a.service_id) FILTER (WHERE a.service_id IS NOT NULL) AS valid
    FROM period p JOIN municipality m ON {VALID.format("m")} && p.span AND (p.codes IS NULL OR m.code = ANY (p.codes))
    LEFT JOIN area a ON a.municipality_code = m.code GROUP BY m.code, p.span),
  grouped AS (
    SELECT row_number() OVER () AS number, array_agg(code ORDER BY code) AS codes, span, services, valid
    FROM around GROUP BY span, services, valid),
  member AS MATERIALIZED (
    SELECT g.number, s.*, u.valid * tstzmultirange(g.span) AS there
    FROM grouped g CROSS JOIN LATERAL unnest(g.services, g.valid) AS u (service_id, valid) JOIN serving s ON s.id = u.service_id)
"""

# The ladder of `routing/candidates.py`, its first answer at every moment; tests/coverage holds the two against each other.
ANSWERS: Final = text(f"""
  WITH {GROUPS},
  asked AS (SELECT * FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS a (line text, kind text, desks boolean, waits boolean)),
  told AS MATERIALIZED (
    SELECT h.hours, CAST(h.opened AS tstzmultirange) AS opened, CAST(h.waits AS tstzmultirange) AS waits
    FROM jsonb_to_recordset(CAST(:hours AS jsonb)) AS h (hours jsonb, opened text, waits text)),
  doubted AS (
    SELECT d.service_id, range_agg(tstzrange(d.starts_at, d.ends_at)) AS spans
    FROM jsonb_to_recordset(CAST(:doubted AS jsonb)) AS d (service_id uuid, starts_at timestamptz, ends_at timestamptz)
    GROUP BY d.service_id),
  duty AS MATERIALIZED (
    SELECT r.service_id, range_agg(h.span * p.span)
      - coalesce((SELECT spans FROM doubted d WHERE d.service_id = r.service_id), '{{}}') AS spans
    FROM period p CROSS JOIN roster r JOIN shift h ON h.roster_number = r.number AND h.span && p.span
      AND int4range(h.roster_number, h.roster_number, '[]') && int4range(r.number, r.number, '[]')  -- by its index
    WHERE p.codes IS NULL OR r.service_id IN (SELECT id FROM member) GROUP BY r.service_id),
  last AS MATERIALIZED (
    SELECT s.id, s.organisation_id, s.name, tstzmultirange(p.span * s.lasts) AS there
    FROM period p CROSS JOIN serving s WHERE s.kind = 'national_desk'),
  desk AS MATERIALIZED (
    SELECT m.*, ARRAY['1', CAST(100000 + m.rank AS text), m.name, CAST(m.id AS text)] AS place, t.waits,
      m.there * t.opened AS opened, m.there - t.opened AS closed
    FROM member m JOIN told t ON t.hours = m.hours WHERE m.kind = 'meldpunt' AND 'worry' = ANY (m.accepts)),
  provider AS MATERIALIZED (
    SELECT m.*, ARRAY[CAST(100000 + m.rank AS text), m.name, CAST(m.id AS text)] AS place,
      m.there * coalesce(d.spans, '{{}}') AS duty
    FROM member m LEFT JOIN duty d ON d.service_id = m.id WHERE m.kind IN ('crisis', 'outreach')),
  standing_in AS (
    SELECT d.number, d.id, d.place, d.named, n.name,
      d.closed * tstzmultirange(tstzrange(NULL, {LOCAL.format("n.ends_on")})) AS closed,
      coalesce((SELECT range_agg(p.duty) FROM provider p WHERE p.number = d.number AND p.organisation_id = d.named), '{{}}') AS duty
    FROM desk d JOIN organisation n ON n.id = d.named WHERE d.out_of_hours = 'named_provider'),
  candidate AS (
    SELECT number, line, place || '{{1}}' AS place, organisation_id, name, 'meldpunt' AS rung, 'open' AS reason, opened AS spans
      FROM desk JOIN asked ON desks
    UNION ALL SELECT number, line, place || '{{2}}', organisation_id, name, 'meldpunt', 'on_call', closed
      FROM desk JOIN asked ON desks WHERE out_of_hours = 'on_call'
    UNION ALL SELECT number, line, place || '{{2}}', organisation_id, name, 'meldpunt', 'waits', there * desk.waits
      FROM desk JOIN asked ON desks AND asked.waits WHERE out_of_hours = 'waits'
    UNION ALL SELECT number, line, place || '{{2}}', named, name, 'on_duty', 'stands_in', closed * duty
      FROM standing_in JOIN asked ON desks
    UNION ALL SELECT number, line, place || '{{3}}', named, name, 'contracted', 'stands_in', closed
      FROM standing_in JOIN asked ON desks
    UNION ALL SELECT number, line, place || ARRAY['2', l.name, CAST(l.id AS text)], l.organisation_id, l.name, 'national_desk',
        'stands_in', closed * l.there
      FROM desk JOIN asked ON desks CROSS JOIN last l WHERE out_of_hours = 'national_desk'
    UNION ALL SELECT number, line, '{{2}}' || place, organisation_id, name, 'on_duty', 'on_duty', duty
      FROM provider p JOIN asked a ON a.kind = p.kind
    UNION ALL SELECT number, line, '{{3}}' || place, organisation_id, name, 'contracted', 'contracted', there
      FROM provider p JOIN asked a ON a.kind = p.kind
    UNION ALL SELECT g.number, line, ARRAY['4', l.name, CAST(l.id AS text)], l.organisation_id, l.name, 'national_desk', 'last_rung',
        l.there * tstzmultirange(g.span)
      FROM grouped g CROSS JOIN asked CROSS JOIN last l),
  first AS (
    SELECT number, line, organisation_id, name, reason, rung,
      spans - coalesce(range_agg(spans) OVER (
        PARTITION BY number, line ORDER BY place COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '{{}}') AS spans
    FROM candidate),
  watching AS (SELECT organisation_id, range_agg(there) AS there FROM last GROUP BY organisation_id),
  answer AS (  -- a national desk is the last rung wherever it stands, while it is one
    SELECT f.number, f.line, f.organisation_id, f.name, on_rung.rung, f.reason, range_agg(on_rung.spans) AS spans
    FROM first f LEFT JOIN watching w ON w.organisation_id = f.organisation_id CROSS JOIN LATERAL (VALUES
      ('national_desk', f.spans * coalesce(w.there, '{{}}')), (f.rung, f.spans - coalesce(w.there, '{{}}'))) AS on_rung (rung, spans)
    WHERE NOT isempty(on_rung.spans) GROUP BY 1, 2, 3, 4, 5, 6)
  SELECT g.codes, lower(g.span) AS starts_at, upper(g.span) AS ends_at, a.line, a.organisation_id, a.name, a.rung, a.reason,
    ARRAY(SELECT lower(r) FROM unnest(a.spans) r) AS starts, ARRAY(SELECT upper(r) FROM unnest(a.spans) r) AS ends
  FROM grouped g LEFT JOIN answer a ON a.number = g.number ORDER BY g.codes, a.line, a.rung, a.organisation_id
""")

MEMBERS: Final = text(f"""
  WITH {GROUPS}
  SELECT g.codes, m.id AS service_id, m.organisation_id, m.kind, EXISTS (SELECT FROM roster r WHERE r.service_id = m.id) AS rostered,
    ARRAY(SELECT lower(r) FROM unnest(m.there) r) AS starts, ARRAY(SELECT upper(r) FROM unnest(m.there) r) AS ends
  FROM member m JOIN grouped g ON g.number = m.number
  WHERE NOT isempty(m.there) AND (m.kind <> 'meldpunt' OR 'worry' = ANY (m.accepts))
""")

REGIONS: Final = text("SELECT code, name, safety_region, ggd_region, police_unit FROM municipality ORDER BY code")
OWN_AREA: Final = text("""
  SELECT DISTINCT a.municipality_code FROM service_area a JOIN service s ON s.id = a.service_id
  WHERE s.organisation_id = :organisation_id AND coalesce(least(upper(a.valid), s.ends_on), 'infinity') > :day
""")
SERVICES: Final = text("SELECT id, organisation_id, kind FROM service WHERE id IN (:first, :second)")
DUTIES: Final = text("""
  SELECT s.organisation_id, s.id AS service_id, s.kind AS line, r.id AS roster_id, r.name AS roster_name,
    h.id, h.layer, h.participant, lower(h.span) AS starts_at, upper(h.span) AS ends_at, h.recorded_at
  FROM service s JOIN roster r ON r.service_id = s.id
  LEFT JOIN shift h ON h.roster_number = r.number AND h.span && tstzrange(:starts_at, :ends_at)
    AND int4range(h.roster_number, h.roster_number, '[]') && int4range(r.number, r.number, '[]')
  JOIN organisation o ON o.id = s.organisation_id
  WHERE (CAST(:organisation_id AS uuid) IS NULL OR s.organisation_id = :organisation_id)
    AND coalesce(least(s.ends_on, o.ends_on), 'infinity') > :day
  ORDER BY s.organisation_id, r.name, r.id, h.span, h.layer DESC
""")
