"""Statements of the watch: the worker reads the views; an organisation has `my_left_lying()`, and its own silences."""

from typing import Final

from sqlalchemy import text

LAST_AUDIT: Final = text("SELECT at FROM audit")
LAST_LOOK: Final = text("SELECT at, left_lying, faults FROM audit")
FAULTS: Final = text("SELECT fault, count(*) AS count FROM case_unkept GROUP BY fault")
COUNT_LYING: Final = text("SELECT count(*) AS count FROM case_left_lying")
ANYTHING_OPEN: Final = text("SELECT EXISTS (SELECT FROM cases WHERE state <> 'closed') AS open")
SILENCES_SINCE: Final = text("SELECT kind, count(*) AS count FROM silence WHERE at > :since GROUP BY kind")
LOOKED: Final = text("""
  INSERT INTO audit (at, left_lying, faults) VALUES (:at, :left_lying, CAST(:faults AS jsonb))
  ON CONFLICT (sole) DO UPDATE SET at = excluded.at, left_lying = excluded.left_lying, faults = excluded.faults
""")
LYING: Final = text("""
  SELECT * FROM my_left_lying() WHERE CAST(:after AS uuid) IS NULL OR case_id > :after ORDER BY case_id LIMIT :limit
""")
ONE_LYING: Final = text("SELECT * FROM case_left_lying WHERE case_id = :case_id")
TO_TELL: Final = text("""
  SELECT l.case_id FROM case_left_lying l LEFT JOIN left_lying_told t ON t.case_id = l.case_id
  WHERE t.told_at IS NULL OR t.told_at < l.last_act_at OR t.told_at <= :again ORDER BY l.last_act_at LIMIT 100
""")
TOLD_AT: Final = text("SELECT told_at FROM left_lying_told WHERE case_id = :case_id")
TOLD: Final = text("""
  INSERT INTO left_lying_told (case_id, organisation_id, told_at) VALUES (:case_id, :organisation_id, :at)
  ON CONFLICT (case_id) DO UPDATE SET organisation_id = excluded.organisation_id, told_at = excluded.told_at
""")
SILENCES: Final = text("""
  SELECT id, at, kind, case_id, organisation_id, subject_id FROM silence
  WHERE (CAST(:after AS uuid) IS NULL OR id > :after) AND (CAST(:kind AS text) IS NULL OR kind = :kind)
    AND hearers @> ARRAY[CAST(:organisation_id AS uuid)] ORDER BY id LIMIT :limit
""")
