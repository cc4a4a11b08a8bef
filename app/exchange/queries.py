"""Statements about tasks. Each reads one organisation's own rows: the view `task` says so, and row-level security."""

from typing import Any, Final

from sqlalchemy import TextClause, text

from app.exchange.fhir_task import ASKED
from app.exchange.search import Search

BATCH: Final = 20_000  # ⚙ events of one catching-up

BEHIND: Final = text("""
  SELECT coalesce(c.last, 0) AS last, coalesce(r.through, 0) AS through, r.latest
  FROM (SELECT) AS always LEFT JOIN recipient_counter c ON c.recipient_id = :me
  LEFT JOIN task_reader r ON r.organisation_id = :me
""")
# The moment of event n: that of the transaction, or a millisecond after event n - 1, whichever is later. In closed form: n ms plus
# the largest of (moment - number ms) so far. It depends on the feed alone, so that two who catch up at once store the same.
# Milliseconds, since clients in JavaScript know nothing finer.
CATCH_UP: Final = text("""
  WITH fresh AS (
    SELECT number, case_id, date_trunc('milliseconds', recorded_at) AS at FROM event
    WHERE recipient_id = :me AND number > :through AND number <= :upto ORDER BY number),
  stamped AS (
    SELECT number, case_id, number * interval '1 ms' + greatest(
      max(at - number * interval '1 ms') OVER (ORDER BY number), CAST(:latest AS timestamptz) - :through * interval '1 ms') AS at
    FROM fresh),
  told AS (
    SELECT DISTINCT ON (o.id) o.id, s.number, s.at FROM (
      SELECT number, case_id, at FROM stamped WHERE case_id IS NOT NULL
      UNION ALL SELECT 0, case_id, offered_at FROM offer WHERE :through = 0 AND organisation_id = :me) s
    JOIN offer o ON o.case_id = s.case_id AND o.organisation_id = :me
    ORDER BY o.id, s.number DESC),
  marked AS (
    INSERT INTO task_mark AS m (offer_id, organisation_id, number, updated_at) SELECT id, :me, number, at FROM told ORDER BY id
    ON CONFLICT (offer_id) DO UPDATE SET number = excluded.number, updated_at = excluded.updated_at
    WHERE m.number < excluded.number)
  INSERT INTO task_reader AS r (organisation_id, through, latest)
  SELECT :me, :upto, coalesce((SELECT max(at) FROM stamped), CAST(:latest AS timestamptz))
  ON CONFLICT (organisation_id) DO UPDATE SET through = excluded.through, latest = excluded.latest
  WHERE r.through < excluded.through RETURNING latest
""")
TASK: Final = text("SELECT * FROM task WHERE id = :task_id")
TASK_OF_CASE: Final = text("SELECT * FROM task WHERE case_id = :case_id ORDER BY offered_at DESC LIMIT 1")

FILTERS: Final = {
    "standings": "standing = ANY(CAST(:standings AS text[]))",
    "pending": "offer_state = 'pending'",  # in the words of the index that holds these few
    "ids": "id = ANY(CAST(:ids AS uuid[]))",
    "cases": "case_id = ANY(CAST(:cases AS uuid[]))",
    "references": "reference = ANY(CAST(:references AS text[]))",
    "not_before": "updated_at >= :not_before",
    "after": "updated_at > :after",
    "until": "updated_at < :until",
    "not_after": "updated_at <= :not_after",
}


def found(search: Search) -> tuple[TextClause, dict[str, Any]]:
    """A page of a search, one more than asked for, and what it binds."""
    binds = search.binds()
    named = {*binds, *(("pending",) if search.standings and search.standings <= ASKED else ())}
    where = " AND ".join(["true", *(FILTERS[name] for name in FILTERS if name in named)])
    order, beyond = ("DESC", "<") if search.descending else ("ASC", ">")
    if search.beyond:
        where += f" AND (updated_at, id) {beyond} (:beyond_at, :beyond_id)"
        binds |= {"beyond_at": search.beyond.at, "beyond_id": search.beyond.id}
    if search.count == 0:
        return text(f"SELECT count(*) AS total FROM task WHERE {where}"), binds
    order_by = f"ORDER BY updated_at {order}, id {order} LIMIT :most"
    return text(f"SELECT * FROM task WHERE {where} {order_by}"), {**binds, "most": search.count + 1}
