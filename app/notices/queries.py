"""Statements about mailboxes, notices and mails; row-level security decides which rows they see.

Whoever changes anything of a mailbox locks its row first, then its notices, then their mails: so nobody waits in a circle.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, exists, func, select, text, update

from app.notices.tables import code_mailed, mailbox, notice, notice_mail

NONE: Final = UUID(int=0)

MAILBOXES: Final = select(mailbox).order_by(mailbox.c.id)
MAILBOX: Final = select(mailbox).where(mailbox.c.id == bindparam("mailbox_id"))
LOCKED: Final = MAILBOX.with_for_update()
CHANGE: Final = update(mailbox).where(mailbox.c.id == bindparam("of_mailbox"))
REMOVE: Final = delete(mailbox).where(mailbox.c.id == bindparam("mailbox_id"))
ACTIVE: Final = select(mailbox.c.id, mailbox.c.organisation_id, mailbox.c.told_through).where(mailbox.c.state == "active")
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('mailboxes ' || CAST(:organisation AS text), 0))")
FORGET_CODES: Final = delete(code_mailed).where(code_mailed.c.at <= bindparam("before"))
CODES: Final = select(func.count().label("count"), func.min(code_mailed.c.at).label("first_at")).select_from(code_mailed)

WAITS: Final = exists().where(notice_mail.c.notice_id == notice.c.id, notice_mail.c.state == "waiting")
NOTICE: Final = select(notice).where(notice.c.id == bindparam("notice_id"))
NOTICE_LOCKED: Final = NOTICE.with_for_update()
GATE_NOTICE: Final = select(notice.c.id, notice.c.organisation_id, notice.c.digest, notice.c.ended_at).where(
    notice.c.id == bindparam("notice_id")
)
CHANGE_NOTICE: Final = update(notice).where(notice.c.id == bindparam("of_notice"))
KNOWN: Final = (
    select(notice, WAITS.label("mail_waits"))
    .where(notice.c.mailbox_id == bindparam("mailbox_id"), notice.c.offer_id.in_(bindparam("offers", expanding=True)))
    .with_for_update(of=notice)
)
LIVE_OFFERS: Final = select(notice.c.offer_id).where(notice.c.mailbox_id == bindparam("mailbox_id"), notice.c.state != "ended")
OF_OFFER: Final = select(notice).where(notice.c.offer_id == bindparam("offer_id")).order_by(notice.c.id).with_for_update()
MAILBOXES_OF_OFFER: Final = (
    select(mailbox.c.id)
    .where(mailbox.c.id.in_(select(notice.c.mailbox_id).where(notice.c.offer_id == bindparam("offer_id"))))
    .order_by(mailbox.c.id)
    .with_for_update()
)
TO_REMIND: Final = select(notice.c.id).where(notice.c.remind_at <= bindparam("at")).order_by(notice.c.remind_at).limit(100)
TO_ALARM: Final = select(notice.c.id).where(notice.c.alarm_at <= bindparam("at")).order_by(notice.c.alarm_at).limit(100)
SILENCED: Final = (
    update(notice).where(notice.c.offer_id == bindparam("of_offer"), notice.c.alarm_at.is_not(None)).values(alarm_at=None)
)


def listed(mailbox_id: UUID, before: UUID | None, limit: int, state: str | None) -> Select[Any]:
    """A page of the notices of a mailbox, newest first, one more than asked for; each with its mails counted."""
    mails = (
        select(
            func.count().filter(notice_mail.c.state == "sent").label("mails_sent"),
            func.max(notice_mail.c.attempts).filter(notice_mail.c.state == "waiting").label("attempts"),
            func.max(notice_mail.c.error).filter(notice_mail.c.state.in_(("waiting", "bounced"))).label("error"),
        )
        .where(notice_mail.c.notice_id == notice.c.id)
        .lateral()
    )
    query = select(notice, mails).where(notice.c.mailbox_id == mailbox_id).order_by(notice.c.id.desc()).limit(limit + 1)
    if before:
        query = query.where(notice.c.id < before)
    return query.where(notice.c.state == state) if state else query


DROP_WAITING: Final = (
    update(notice_mail)
    .where(notice_mail.c.notice_id == bindparam("of_notice"), notice_mail.c.state == "waiting")
    .values(state="dropped", leased_until=None)
)
DROP_ALL_WAITING: Final = (
    update(notice_mail)
    .where(notice_mail.c.mailbox_id == bindparam("of_mailbox"), notice_mail.c.state == "waiting")
    .values(state="dropped", leased_until=None)
)
DROP_ASKED: Final = DROP_ALL_WAITING.where(notice_mail.c.notice_id.is_(None))
CHANGE_MAIL: Final = update(notice_mail).where(notice_mail.c.id == bindparam("of_mail"))
MAIL_LOCKED: Final = select(notice_mail).where(notice_mail.c.id == bindparam("mail_id")).with_for_update()
MAIL: Final = select(notice_mail).where(notice_mail.c.id == bindparam("mail_id"))
# The lease ends by itself when the worker is killed; then the mail is sent again, under the same Message-ID.
CLAIM: Final = text("""
  WITH claimed AS (
    UPDATE notice_mail SET leased_until = :lease
    WHERE id IN (
      SELECT m.id FROM notice_mail m
      WHERE m.state = 'waiting' AND m.next_attempt_at <= :at AND (m.leased_until IS NULL OR m.leased_until < :at)
      ORDER BY m.next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id, organisation_id, mailbox_id, notice_id, kind, attempts, made_at)
  SELECT c.id, c.organisation_id, c.mailbox_id, c.notice_id, c.kind, c.attempts, c.made_at,
    b.address, b.language, b.code, n.reference, n.urgency, n.municipality_name, n.accept_by, n.outcome, n.what,
    (SELECT f.id FROM notice_mail f WHERE f.notice_id = c.notice_id ORDER BY f.id LIMIT 1) AS thread
  FROM claimed c JOIN mailbox b ON b.id = c.mailbox_id LEFT JOIN notice n ON n.id = c.notice_id
""")
TO_SWEEP: Final = select(mailbox.c.id).where(mailbox.c.sweep_at <= bindparam("at")).order_by(mailbox.c.sweep_at).limit(100)
# Their mails go with them.
FORGET: Final = text("""
  DELETE FROM notice WHERE id IN (
    SELECT id FROM notice WHERE mailbox_id = :of_mailbox AND ended_at <= :before ORDER BY id LIMIT :most)
""")
FORGET_UNFOLLOWED: Final = delete(notice).where(
    notice.c.mailbox_id == bindparam("of_mailbox"),
    notice.c.made_at <= bindparam("before"),
    notice.c.offer_id.in_(bindparam("offers", expanding=True)),
)
FORGET_ASKED: Final = delete(notice_mail).where(
    notice_mail.c.mailbox_id == bindparam("of_mailbox"),
    notice_mail.c.notice_id.is_(None),
    notice_mail.c.state != "waiting",
    notice_mail.c.made_at <= bindparam("before"),
)
# Why nothing reaches a mailbox, and since when; told again only after a while.
SILENT: Final = text("""
  SELECT b.id, b.organisation_id, CASE WHEN NOT :configured THEN 'not_configured' WHEN b.state = 'unconfirmed' THEN 'unconfirmed'
    ELSE 'waiting' END AS reason, CASE WHEN NOT :configured OR b.state = 'unconfirmed' THEN b.created_at ELSE w.since END AS since
  FROM mailbox b CROSS JOIN LATERAL (
    SELECT min(m.made_at) AS since FROM notice_mail m WHERE m.mailbox_id = b.id AND m.state = 'waiting') AS w
  WHERE b.state <> 'paused' AND (b.silent_told_at IS NULL OR b.silent_told_at <= :told_before)
    AND (NOT :configured OR (b.state = 'unconfirmed' AND b.created_at <= :unconfirmed_since) OR w.since <= :waiting_since)
    AND (CAST(:mailbox_id AS uuid) IS NULL OR b.id = CAST(:mailbox_id AS uuid))
  LIMIT 100
""")
HEALTH: Final = text("""
  SELECT count(*) FILTER (WHERE state = 'active') AS active, count(*) FILTER (WHERE state = 'unconfirmed') AS unconfirmed,
    count(*) FILTER (WHERE failing_since IS NOT NULL) AS failing, (SELECT min(made_at) FROM notice_mail WHERE state = 'waiting') AS waiting
  FROM mailbox
""")
