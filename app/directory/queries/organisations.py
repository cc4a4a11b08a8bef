"""Statements about organisations, their services and areas: as they are, as they were known, and how they changed."""

from typing import Final

from sqlalchemy import bindparam, insert, or_, select, text, update

from app.directory.queries.look_up import WAYS
from app.directory.tables import municipality_change, organisation, service

# ------------------------------------------------------------------------------------------------------ organisations
ORGANISATION: Final = select(organisation).where(organisation.c.id == bindparam("organisation_id"))
ORGANISATION_LOCKED: Final = ORGANISATION.with_for_update()
ORGANISATIONS: Final = (
    select(organisation)
    .where(
        organisation.c.id > bindparam("after"),
        or_(bindparam("kind") == "", organisation.c.kind == bindparam("kind")),
    )
    .order_by(organisation.c.id)
)
ADD_ORGANISATION: Final = insert(organisation).returning(organisation)
CHANGE_ORGANISATION: Final = update(organisation).where(organisation.c.id == bindparam("key")).returning(organisation)
TAKEN: Final = text("""
  SELECT oin = :oin AS oin, kvk = :kvk AS kvk, agb = :agb AS agb, ura = :ura AS ura FROM organisation
  WHERE id <> :organisation_id AND (oin = :oin OR kvk = :kvk OR agb = :agb OR ura = :ura)
""")
STANDS_IN_FOR: Final = text("""
  SELECT s.id FROM service s JOIN organisation o ON o.id = s.organisation_id
  WHERE s.out_of_hours_organisation_id = :organisation_id AND coalesce(least(s.ends_on, o.ends_on), 'infinity') > :ends_on
  ORDER BY s.id
""")
# ----------------------------------------------------------------------------------------------------------- services
SERVICE: Final = select(service).where(service.c.id == bindparam("service_id"))
SERVICE_LOCKED: Final = SERVICE.with_for_update()
SERVICES: Final = select(service).where(service.c.organisation_id == bindparam("organisation_id")).order_by(service.c.id)
ADD_SERVICE: Final = insert(service).returning(service)
CHANGE_SERVICE: Final = update(service).where(service.c.id == bindparam("key")).returning(service)
# A desk that is left when these end, on the day that they do.
OTHER_NATIONAL_DESKS: Final = text("""
  SELECT s.id FROM service s JOIN organisation o ON o.id = s.organisation_id
  WHERE s.kind = 'national_desk' AND s.id <> ALL(:services) AND coalesce(least(s.ends_on, o.ends_on), 'infinity') > :ends_on
""")
# -------------------------------------------------------------------------------------------------------------- areas
AREA_COLUMNS: Final = """
  a.municipality_code, m.name AS municipality_name, lower(a.valid) AS starts_on, upper(a.valid) AS ends_on, a.pc4s
"""
AREAS: Final = text(f"""
  SELECT {AREA_COLUMNS} FROM service_area a JOIN municipality m ON m.code = a.municipality_code
  WHERE a.service_id = :service_id AND (CAST(:day AS date) IS NULL OR a.valid @> CAST(:day AS date))
  ORDER BY a.municipality_code, a.valid
""")
AREAS_AS_KNOWN: Final = text(f"""
  SELECT {AREA_COLUMNS} FROM service_area_as_known(:known) a LEFT JOIN municipality m ON m.code = a.municipality_code
  WHERE a.service_id = :service_id AND (CAST(:day AS date) IS NULL OR a.valid @> CAST(:day AS date))
  ORDER BY a.municipality_code, a.valid
""")
# What stays as it is is not touched, so that it leaves no trace in the history.
REMOVE_AREAS: Final = text("""
  DELETE FROM service_area a WHERE a.service_id = :service_id AND NOT EXISTS (
    SELECT FROM json_populate_recordset(CAST(NULL AS service_area), CAST(:rows AS json)) r
    WHERE (r.municipality_code, r.valid) = (a.municipality_code, a.valid) AND r.pc4s IS NOT DISTINCT FROM a.pc4s)
""")
ADD_AREAS: Final = text("""
  INSERT INTO service_area (service_id, municipality_code, valid, pc4s)
  SELECT r.service_id, r.municipality_code, r.valid, r.pc4s
  FROM json_populate_recordset(CAST(NULL AS service_area), CAST(:rows AS json)) r
  ON CONFLICT (service_id, municipality_code, valid) DO NOTHING
""")
MUNICIPALITIES_KNOWN: Final = text("""
  SELECT m.code, upper(m.valid) AS ends_on, ARRAY(
    SELECT p.pc4 FROM postcode p
    WHERE p.pc4 = ANY(:pc4s) AND (p.municipality_code = m.code OR m.code = ANY(p.also_municipality_codes))) AS pc4s
  FROM municipality m WHERE m.code = ANY(:codes)
""")
CHANGES_OF: Final = select(municipality_change).where(municipality_change.c.old_code.in_(bindparam("codes", expanding=True)))
# ----------------------------------------------------------------------------------------- as it was known, and changes
ORGANISATION_AS_KNOWN: Final = text("SELECT * FROM organisation_as_known(:known) WHERE id = :organisation_id")
SERVICE_AS_KNOWN: Final = text("SELECT * FROM service_as_known(:known) WHERE id = :service_id")


def _versions(table: str, told_id: str, index: str) -> str:
    """Every row that a table ever held for an id: since when and by whom, until when and by whom, and what it said."""
    return f"""
      SELECT recorded_at AS at, recorded_by AS by, CAST(NULL AS timestamptz) AS until, CAST(NULL AS uuid) AS ended_by,
        to_jsonb(t) AS told FROM {table} t WHERE {told_id} = :id
      UNION ALL
      SELECT lower(recorded), recorded_by, upper(recorded), ended_by, told FROM directory_history
      WHERE entity = '{table}' AND {index} AND told ->> '{told_id}' = CAST(CAST(:id AS uuid) AS text)
      ORDER BY 1
    """


ORGANISATION_VERSIONS: Final = text(_versions("organisation", "id", "told ? 'id'"))
SERVICE_VERSIONS: Final = text(_versions("service", "id", "told ? 'id'"))
AREA_VERSIONS: Final = text(f"""
  SELECT at, by, until, ended_by, jsonb_build_object(
    'municipalityCode', told ->> 'municipality_code', 'startsOn', lower(CAST(told ->> 'valid' AS daterange)),
    'endsOn', upper(CAST(told ->> 'valid' AS daterange)), 'postcodes', told -> 'pc4s') AS told
  FROM ({_versions("service_area", "service_id", "true")}) versions
""")
# ------------------------------------------------------------------------------------------------------------- effects
SERVING: Final = text("""
  WITH area AS MATERIALIZED (SELECT * FROM service_area_as_known(:known) WHERE municipality_code = ANY(:codes)),
  serving AS MATERIALIZED (
    SELECT s.id, s.kind, s.accepts, s.hours, s.out_of_hours, least(s.ends_on, o.ends_on) AS ends_on,
      n.id IS NOT NULL AS has_stand_in, n.ends_on AS stand_in_ends_on,
      coalesce((
        SELECT array_agg(h.span) FROM roster_as_known(:known) r JOIN shift_as_known(:known) h ON h.roster_number = r.number
          AND int4range(h.roster_number, h.roster_number, '[]') && int4range(r.number, r.number, '[]')
        WHERE r.service_id = s.id AND h.span && tstzrange(:starts_at, :ends_at)), '{}') AS shifts
    FROM service_as_known(:known) s
    JOIN organisation_as_known(:known) o ON o.id = s.organisation_id
    LEFT JOIN organisation_as_known(:known) n ON n.id = s.out_of_hours_organisation_id
    WHERE s.id IN (SELECT service_id FROM area) AND s.kind IN ('meldpunt', 'crisis', 'outreach'))
  SELECT s.*, (
    SELECT json_agg(json_build_array(a.municipality_code, lower(a.valid), least(upper(a.valid), s.ends_on), a.pc4s))
    FROM area a WHERE a.service_id = s.id) AS areas
  FROM serving s
""")
# -------------------------------------------------------------------------------------------------------------- reach
# How whatever serves a municipality is reached; a service without contact ways of its own has its organisation's,
# and at least its telephone.
REACH: Final = text(f"""
  SELECT s.id, s.organisation_id, s.kind, o.name, s.hours, s.channels, s.languages, a.pc4s,
    {WAYS} AS contact_ways
  FROM service_area a
  JOIN service s ON s.id = a.service_id AND (s.ends_on IS NULL OR s.ends_on > :day)
  JOIN organisation o ON o.id = s.organisation_id AND (o.ends_on IS NULL OR o.ends_on > :day)
  WHERE a.municipality_code = :code AND a.valid @> CAST(:day AS date)
  ORDER BY s.kind, s.rank, o.name, s.id
""")
