"""Statements of imports: what a file changes, told by the database, and carried out by it. A file's rows come as one JSON."""

from typing import Final

from sqlalchemy import bindparam, select, text

from app.directory.tables import directory_import, municipality_change

# Two imports at once would each tell a difference that is none any more.
ALONE: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended('directory_import', 0)) AS free")
# ⚙ half a million postcodes take seconds; on a busy machine the usual limit of a minute is not enough.
LONGER: Final = text("SET LOCAL statement_timeout = '5min'")
SEEN: Final = text("SELECT EXISTS (SELECT FROM directory_import WHERE sha256 = :sha256 AND kind = :kind) AS seen")
IMPORTS: Final = (
    select(directory_import).where(directory_import.c.id < bindparam("before")).order_by(directory_import.c.id.desc())
)

# ------------------------------------------------------------------------------------------------------ municipalities
KNOWN: Final = text("""
  SELECT code, name, province, safety_region, ggd_region, police_unit FROM municipality
  WHERE valid @> CAST(:day AS date) ORDER BY code
""")
ANNOUNCED: Final = (
    select(municipality_change)
    .where(municipality_change.c.effective_on <= bindparam("day"))
    .order_by(municipality_change.c.effective_on, municipality_change.c.old_code, municipality_change.c.new_code)
)
END: Final = text("""
  UPDATE municipality SET valid = daterange(lower(valid), CAST(:day AS date)) WHERE code = ANY(CAST(:codes AS text[]))
""")
PUT: Final = text("""
  INSERT INTO municipality AS m (code, name, province, safety_region, ggd_region, police_unit, valid)
  SELECT code, name, province, safety_region, ggd_region, police_unit, daterange(CAST(:begins AS date), NULL)
  FROM json_populate_recordset(NULL::municipality, CAST(:rows AS json))
  ON CONFLICT (code) DO UPDATE SET name = excluded.name, province = excluded.province, safety_region = excluded.safety_region,
    ggd_region = excluded.ggd_region, police_unit = excluded.police_unit,
    valid = CASE WHEN m.valid @> CAST(:day AS date) THEN m.valid ELSE excluded.valid END
""")
CONTRACTS: Final = text("""
  SELECT DISTINCT s.id AS service_id, s.name AS service, o.name AS organisation, a.municipality_code, m.name AS municipality_name
  FROM service_area a JOIN service s ON s.id = a.service_id JOIN organisation o ON o.id = s.organisation_id
  JOIN municipality m ON m.code = a.municipality_code
  WHERE (m.code = ANY(CAST(:codes AS text[])) OR upper(m.valid) <= :day) AND a.valid && daterange(CAST(:day AS date), NULL)
    AND (o.ends_on IS NULL OR o.ends_on > :day)
  ORDER BY a.municipality_code, o.name, s.name, s.id
""")
CHANGES: Final = """
  SELECT t.* FROM json_populate_recordset(NULL::municipality_change, CAST(:rows AS json)) t
"""
CHANGED: Final = text(f"""
  SELECT CASE WHEN c.old_code IS NULL THEN 'new' ELSE 'changed' END AS what,
    t.effective_on || ' ' || t.old_code || ' ' || t.old_name || ' → ' || t.new_code || ' ' || t.new_name AS told
  FROM ({CHANGES}) t LEFT JOIN municipality_change c USING (effective_on, old_code, new_code)
  WHERE (c.old_name, c.new_name, c.kind) IS DISTINCT FROM (t.old_name, t.new_name, t.kind) ORDER BY told
""")
PUT_CHANGES: Final = text(f"""
  INSERT INTO municipality_change {CHANGES}
  ON CONFLICT (effective_on, old_code, new_code)
  DO UPDATE SET old_name = excluded.old_name, new_name = excluded.new_name, kind = excluded.kind
""")

# ----------------------------------------------------------------------------------------------------------- postcodes
STRANGE: Final = text("""
  SELECT told AS code FROM unnest(CAST(:codes AS text[])) AS told
  WHERE NOT EXISTS (SELECT FROM municipality m WHERE m.code = told) ORDER BY told
""")
KNOWN_PC6: Final = """
  SELECT pc6 AS key, municipality_code AS value FROM postcode6
  UNION ALL SELECT pc6, string_agg(DISTINCT municipality_code, ' ' ORDER BY municipality_code) FROM postcode6_number GROUP BY pc6
"""
KNOWN_NUMBERS: Final = """
  SELECT pc6 || ' ' || house_number AS key, string_agg(municipality_code, ' ' ORDER BY municipality_code) AS value
  FROM postcode6_number GROUP BY pc6, house_number
"""
KNOWN_PC4: Final = "SELECT pc4 AS key, array_to_string(municipality_code || also_municipality_codes, ' ') AS value FROM postcode"
KNOWN_PLACES: Final = "SELECT pc4 AS key, place AS value FROM postcode"


def compared(known: str) -> str:
    """Each kind of difference between the JSON object `:told` and `known`, its number, the number known, and the first five."""
    return f"""
      WITH told AS MATERIALIZED (SELECT key, value FROM json_each_text(CAST(:told AS json))),
      known AS MATERIALIZED ({known}),
      compared AS (
        SELECT coalesce(t.key, k.key) AS key, k.value AS was, t.value AS now,
          CASE WHEN k.key IS NULL THEN 'new' WHEN t.key IS NULL THEN 'ended' ELSE 'moved' END AS what
        FROM told t FULL JOIN known k ON k.key = t.key WHERE t.value IS DISTINCT FROM k.value),
      counted AS (
        SELECT *, count(*) OVER (PARTITION BY what) AS number, row_number() OVER (PARTITION BY what ORDER BY key) AS place
        FROM compared)
      SELECT what, number, key, was, now, (SELECT count(*) FROM known) AS known FROM counted WHERE place <= 5
      ORDER BY what DESC, key
    """


COMPARED_PC6: Final = text(compared(KNOWN_PC6))
COMPARED_NUMBERS: Final = text(compared(KNOWN_NUMBERS))
COMPARED_PC4: Final = text(compared(KNOWN_PC4))
COMPARED_PLACES: Final = text(compared(KNOWN_PLACES))
PUT_PC6: Final = text("""
  MERGE INTO postcode6 p
  USING (SELECT key AS pc6, value AS code FROM json_each_text(CAST(:told AS json)) WHERE value NOT LIKE '% %') t ON t.pc6 = p.pc6
  WHEN MATCHED AND p.municipality_code <> t.code THEN UPDATE SET municipality_code = t.code
  WHEN NOT MATCHED THEN INSERT (pc6, municipality_code) VALUES (t.pc6, t.code)
  WHEN NOT MATCHED BY SOURCE THEN DELETE
""")
PUT_NUMBERS: Final = text("""
  MERGE INTO postcode6_number p
  USING (
    SELECT value ->> 0 AS pc6, CAST(value ->> 1 AS int) AS house_number, value ->> 2 AS code
    FROM json_array_elements(CAST(:told AS json))) t
  ON t.pc6 = p.pc6 AND t.house_number = p.house_number AND t.code = p.municipality_code
  WHEN NOT MATCHED THEN INSERT (pc6, house_number, municipality_code) VALUES (t.pc6, t.house_number, t.code)
  WHEN NOT MATCHED BY SOURCE THEN DELETE
""")
PUT_PC4: Final = text("""
  MERGE INTO postcode p
  USING (
    SELECT t.key AS pc4, c.codes[1] AS code, c.codes[2:] AS also, n.value AS place, m.name
    FROM json_each_text(CAST(:told AS json)) t CROSS JOIN LATERAL (SELECT string_to_array(t.value, ' ') AS codes) c
    JOIN municipality m ON m.code = c.codes[1] LEFT JOIN json_each_text(CAST(:places AS json)) n ON n.key = t.key) t
  ON t.pc4 = p.pc4
  WHEN MATCHED AND (p.municipality_code, p.also_municipality_codes, p.place)
      IS DISTINCT FROM (t.code, t.also, coalesce(t.place, p.place))
    THEN UPDATE SET municipality_code = t.code, also_municipality_codes = t.also, place = coalesce(t.place, p.place)
  WHEN NOT MATCHED THEN
    INSERT (pc4, municipality_code, also_municipality_codes, place) VALUES (t.pc4, t.code, t.also, coalesce(t.place, t.name))
  WHEN NOT MATCHED BY SOURCE THEN DELETE
""")

# ---------------------------------------------------------------------------------------------------------- boundaries
BOUNDARIES: Final = text("""
  SELECT coalesce(t.key, m.code) AS code, m.name,
    CASE WHEN m.code IS NULL THEN 'strange' WHEN t.key IS NULL THEN 'missing' WHEN m.boundary IS NULL THEN 'new' ELSE 'changed'
    END AS what
  FROM jsonb_each(CAST(:told AS jsonb)) t
  FULL JOIN (SELECT code, name, boundary FROM municipality WHERE valid @> CAST(:day AS date)) m ON m.code = t.key
  WHERE t.value IS DISTINCT FROM m.boundary ORDER BY 1
""")
PUT_BOUNDARIES: Final = text("""
  UPDATE municipality m SET boundary = t.value FROM jsonb_each(CAST(:told AS jsonb)) t
  WHERE m.code = t.key AND m.valid @> CAST(:day AS date) AND m.boundary IS DISTINCT FROM t.value
""")
