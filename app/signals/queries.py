"""Statements about traces and early signals; row-level security decides which rows they see."""

from typing import Final

from sqlalchemy import text

# Only counts come back from here, also of what row-level security hides.
EARLIER: Final = text("""
  SELECT * FROM earlier_calls(CAST(:hashes AS bytea[]), CAST(:kinds AS text[]), CAST(:sures AS boolean[]),
    :until, :today, :recent, :longest)
""")
LOOKS: Final = text("SELECT count(*) AS count, min(at) AS first_at FROM earlier_look WHERE key_id = :key_id AND at > :since")
# The newest calls with any of these hashes, of those that this organisation took or whose case it owns.
READABLE_CALLS: Final = text("""
  SELECT call_id FROM trace WHERE hash = ANY(CAST(:hashes AS bytea[])) AND at > :since
  GROUP BY call_id ORDER BY max(at) DESC, call_id LIMIT :most
""")
ABOUT_CASE: Final = text(
    "UPDATE trace SET about_case_id = :case_id WHERE call_id = :call_id AND organisation_id = :organisation_id"
)

DUE: Final = text("SELECT call_id FROM signal_due ORDER BY at, call_id LIMIT 100")
TAKE: Final = text("DELETE FROM signal_due WHERE call_id = :call_id RETURNING call_id")
TRACES: Final = text("SELECT hash, kind FROM trace WHERE call_id = :call_id AND sure ORDER BY kind, hash")
# A hash belongs to one thread; one that is new joins the oldest thread of those beside it. Whoever comes second waits for the first.
NEW_IN_THREAD: Final = text("""
  INSERT INTO signal_thread (hash, thread_id)
  SELECT h.hash, coalesce(
    (SELECT t.thread_id FROM signal_thread t WHERE t.hash = ANY(CAST(:hashes AS bytea[])) ORDER BY t.thread_id LIMIT 1), :thread_id)
  FROM unnest(CAST(:hashes AS bytea[])) AS h (hash) ORDER BY h.hash
  ON CONFLICT (hash) DO NOTHING
""")
THREAD: Final = text("""
  SELECT thread_id FROM signal_thread WHERE hash = ANY(CAST(:hashes AS bytea[])) ORDER BY thread_id, hash FOR UPDATE
""")
OF_THREAD: Final = text("""
  SELECT DISTINCT ON (t.call_id) t.call_id, t.at, t.urgency, t.municipality_code, t.about_case_id, t.organisation_id
  FROM signal_thread s JOIN trace t ON t.hash = s.hash
  WHERE s.thread_id = :thread_id AND t.at > :since ORDER BY t.call_id
""")
SIGNALS_OF_THREAD: Final = text("""
  SELECT id, rule, state, quiet_until, version FROM early_signal
  WHERE thread_id = :thread_id AND (state IN ('raised', 'acknowledged') OR quiet_until > :at)
""")
AGAIN: Final = text("""
  UPDATE early_signal SET last_at = :at, times = times + 1, facts = CAST(:facts AS jsonb), involved = CAST(:involved AS uuid[]),
    case_ids = CAST(:case_ids AS uuid[]), version = version + 1
  WHERE id = :signal_id
""")

TOLD: Final = """
  SELECT id, rule, kind, state, municipality_code, organisation_ids, involved, case_ids, raised_at, last_at, times, facts,
    acknowledged_at, ended_at, reason, led_to_help, what, version
  FROM early_signal
"""
SIGNAL: Final = text(f"{TOLD} WHERE id = :signal_id")
LOCKED: Final = text(f"{TOLD} WHERE id = :signal_id FOR UPDATE")
SIGNALS: Final = text(f"""{TOLD}
  WHERE id > :after AND organisation_ids @> ARRAY[CAST(:organisation_id AS uuid)]
    AND (:state = '' OR state = :state) AND (:rule = '' OR rule = :rule)
    AND (:municipality_code = '' OR municipality_code = :municipality_code)
  ORDER BY id LIMIT :most
""")
OPEN_ABOUT: Final = text(f"""{TOLD}
  WHERE organisation_ids @> ARRAY[CAST(:organisation_id AS uuid)] AND case_ids @> ARRAY[CAST(:case_id AS uuid)]
    AND state IN ('raised', 'acknowledged')
  ORDER BY id
""")
ACTS: Final = text("SELECT at, organisation_id, act, code FROM early_signal_act WHERE signal_id = :signal_id ORDER BY id")
CHANGE: Final = text("""
  UPDATE early_signal SET state = :state, acknowledged_at = :acknowledged_at, ended_at = :ended_at, quiet_until = :quiet_until,
    reason = :reason, led_to_help = :led_to_help, what = :what, version = version + 1
  WHERE id = :signal_id AND version = :version
""")
FIGURES: Final = text("SELECT * FROM early_signal_figures()")
