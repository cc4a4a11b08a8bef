"""Statements about the access log."""

from typing import Final

from sqlalchemy import text

_SHOWN: Final = "id, at, organisation_id, role, action, case_id, what, purpose"
_WITHIN: Final = """
  id >= :after AND id < :before AND (CAST(:case_id AS uuid) IS NULL OR case_id = CAST(:case_id AS uuid))
  AND (CAST(:purpose AS text) IS NULL OR purpose = CAST(:purpose AS text))
"""
# Two halves, each with an index: our people's looks, and the looks of others at what we took in.
LOOKS: Final = text(f"""
  SELECT * FROM (
    (SELECT {_SHOWN}, key_id, true AS is_ours FROM access_log
     WHERE organisation_id = me() AND :ours AND {_WITHIN} AND (CAST(:key_id AS uuid) IS NULL OR key_id = CAST(:key_id AS uuid))
     ORDER BY id DESC LIMIT :most)
    UNION ALL
    (SELECT {_SHOWN}, CAST(NULL AS uuid), false FROM access_log
     WHERE organisation_id <> me() AND :others AND {_WITHIN} AND CAST(:key_id AS uuid) IS NULL AND took_case_in(case_id)
     ORDER BY id DESC LIMIT :most)) AS looks
  ORDER BY id DESC LIMIT :most
""")
HURRIES: Final = text("""
  SELECT key_id, date_trunc('hour', at) AS hour, count(DISTINCT case_id) AS cases FROM access_log
  WHERE organisation_id = me() AND key_id IS NOT NULL AND id >= :after AND id < :before
  GROUP BY key_id, hour HAVING count(DISTINCT case_id) >= :many ORDER BY cases DESC, hour DESC LIMIT :most
""")
CROWDS: Final = text("""
  SELECT case_id, count(DISTINCT key_id) AS people FROM access_log
  WHERE organisation_id = me() AND key_id IS NOT NULL AND id >= :after AND id < :before
  GROUP BY case_id HAVING count(DISTINCT key_id) >= :many ORDER BY people DESC, case_id LIMIT :most
""")
