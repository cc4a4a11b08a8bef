"""Statements about reports; row-level security decides which rows they see."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, select, text, update

from app.channels.tables import police_report, report

NONE: Final = UUID(int=0)

# How far each is stands in the view `report_told`, which tells a sender nothing else.
SENT: Final = text("""
  SELECT r.id, r.sent_at, r.consent, r.way, t.reference, t.call_state, t.case_state, t.accepted_at, t.in_error_at, t.owner_name
  FROM report r JOIN report_told t ON t.call_id = r.call_id
  WHERE r.sender_organisation_id = :sender AND r.channel = :channel AND r.id > :after
  ORDER BY r.id LIMIT :limit
""")
SENT_ONE: Final = text("""
  SELECT r.id, r.sent_at, r.consent, r.way, t.reference, t.call_state, t.case_state, t.accepted_at, t.in_error_at, t.owner_name
  FROM report r JOIN report_told t ON t.call_id = r.call_id
  WHERE r.sender_organisation_id = :sender AND r.channel = :channel AND r.id = :report_id
""")
BY_FORM_KEY: Final = text("""
  SELECT t.reference, t.urgency FROM report r JOIN report_told t ON t.call_id = r.call_id
  WHERE r.organisation_id = :organisation AND r.form_key = :form_key
""")
BY_REFERENCE: Final = text(
    "SELECT call_state, case_state, accepted_at, in_error_at FROM report_told WHERE organisation_id = :organisation AND reference = :reference"
)
UNTOLD: Final = text("""
  SELECT r.id FROM report r JOIN report_told t ON t.call_id = r.call_id
  WHERE r.channel = 'transfer' AND r.told_at IS NULL AND t.accepted_at IS NOT NULL
  ORDER BY r.id LIMIT 100
""")
UNTOLD_LOCKED: Final = text("""
  SELECT r.id, r.sender_organisation_id, t.reference, t.owner_organisation_id, t.owner_name, t.accepted_at
  FROM report r JOIN report_told t ON t.call_id = r.call_id
  WHERE r.id = :report_id AND r.told_at IS NULL AND t.accepted_at IS NOT NULL FOR UPDATE OF r
""")
TELL: Final = update(report).where(report.c.id == bindparam("report_id")).values(told_at=bindparam("at"))

# Two who bring the same mail at the same moment are taken one after the other; the lock ends with the transaction.
QUEUE_UP: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('police ' || :line, 0))")
SHOWN: Final = tuple(column for column in police_report.c if column.name not in {"sealed", "sha256", "message"})
SAME: Final = select(*SHOWN).where(
    police_report.c.organisation_id == bindparam("organisation"), police_report.c.message == bindparam("message")
)
POLICE: Final = select(police_report).where(police_report.c.id == bindparam("report_id"))
POLICE_LOCKED: Final = POLICE.with_for_update()
POLICE_TOLD: Final = text("""
  SELECT p.id, p.state, t.call_state, t.case_state, t.accepted_at, t.in_error_at, t.owner_name
  FROM police_report p LEFT JOIN report_told t ON t.call_id = p.call_id
  WHERE p.id = :report_id
""")
POLICE_CHANGE: Final = update(police_report).where(
    police_report.c.id == bindparam("report_id"), police_report.c.version == bindparam("seen")
)


def police_listed(organisation: UUID, after: UUID | None, limit: int, state: str | None) -> Select[Any]:
    """A page of what an organisation took in, one more than asked for."""
    query = select(*SHOWN).where(police_report.c.organisation_id == organisation, police_report.c.id > (after or NONE))
    query = query.order_by(police_report.c.id).limit(limit + 1)
    return query.where(police_report.c.state == state) if state else query
