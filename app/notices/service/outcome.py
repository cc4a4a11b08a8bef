"""What came of each mail: sent, to be tried again, or bounced, of which people hear at once."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter

from app.core import clock, outbox
from app.core.work import Row, Work
from app.directory.service import look_up as directory
from app.notices import queries
from app.notices.events import MailboxSilent, NoticeBounced, NoticeUnopened
from app.notices.following import Kind, NoticeState
from app.notices.mail import Posted, is_configured
from app.notices.service.telling import write_mail
from app.notices.timing import TOLD_AGAIN, UNCONFIRMED_AFTER, WAITING_AFTER, is_given_up, next_attempt
from app.routing.service import answer as routing

MAILS: Final = Counter("nodus_notice_mails", "What became of attempts to mail.", ["outcome"])
UNOPENED: Final = Counter("nodus_notices_unopened", "Pressing notices that nobody opened in time.")


async def record(work: Work, mail_id: UUID, posted: Posted) -> None:
    """An attempt was made, for this work's moment."""
    mail, box, about = await _locked(work, mail_id)
    if mail is None or box is None or mail["state"] != "waiting":
        if mail and posted.error is None and mail["state"] == "dropped":
            await _sent_all_the_same(work, box, mail, about)
        return
    at = clock.wall()
    if posted.error is None:
        MAILS.labels("sent").inc()
        await _change(work, mail_id, state="sent", sent_at=at, error=None, leased_until=None)
        await _sent(work, about)
    elif posted.bounced:
        await _change(work, mail_id, attempts=mail["attempts"] + 1, leased_until=None)
        await bounced(work, mail, box, about, posted.error)
    else:
        gone = is_given_up(mail["kind"], mail["made_at"], at)
        MAILS.labels("given_up" if gone else "retried").inc()
        again = next_attempt(mail["attempts"] + 1, at)
        state = "dropped" if gone else "waiting"
        changes = {"attempts": mail["attempts"] + 1, "next_attempt_at": again, "error": posted.error, "leased_until": None}
        await _change(work, mail_id, state=state, **changes)


async def came_back(work: Work, mail_id: UUID, error: str) -> bool:
    """A bounce was read, some time after its mail was sent; False: it is no mail that was sent, or it bounced before."""
    mail, box, about = await _locked(work, mail_id)
    if mail is None or box is None or mail["state"] != "sent":
        return False
    await bounced(work, mail, box, about, error)
    return True


async def bounced(work: Work, mail: Row, box: Row, about: Row | None, error: str) -> None:
    """A mail came back: its mailbox is failing, and whoever watches hears at once when an offer waits for an answer."""
    MAILS.labels("bounced").inc()
    await _change(work, mail["id"], state="bounced", error=error)
    since = box["failing_since"] or clock.wall()
    await work.change(queries.CHANGE.values(failing_since=since, last_error=error), of_mailbox=box["id"])
    if about is None or about["state"] == NoticeState.ENDED:
        return
    state = NoticeState.OPENED if about["opened_at"] else NoticeState.BOUNCED
    await work.change(queries.CHANGE_NOTICE.values(state=state, bounced_at=work.at), of_notice=about["id"])
    if about["bounced_at"]:  # its reminders come back too: people were told
        return
    event = NoticeBounced(
        case_id=about["case_id"],
        offer_id=about["offer_id"],
        organisation_id=about["organisation_id"],
        mailbox_id=box["id"],
        notice_id=about["id"],
        urgency=about["urgency"],
        accept_by=about["accept_by"],
        error=error,
    )
    owners = [one.from_organisation for one in await routing.some(work, [about["offer_id"]]) if one.from_organisation]
    outbox.record(work, event, (about["organisation_id"], *await directory.national_desks(work), *owners))


async def unopened(work: Work, notice_id: UUID) -> None:
    """Half of the time of a pressing offer is over: unless one of its notices was opened, somebody is told to ring, once."""
    seen = await work.one(queries.NOTICE, notice_id=notice_id)
    if seen is None:
        return
    await work.rows(queries.MAILBOXES_OF_OFFER, offer_id=seen["offer_id"])
    rows = await work.rows(queries.OF_OFFER, offer_id=seen["offer_id"])
    due = [row for row in rows if row["alarm_at"] and row["alarm_at"] <= work.at]
    if not due:
        return
    await work.change(queries.SILENCED, of_offer=seen["offer_id"])
    if any(row["opened_at"] for row in rows):
        return
    offer = (await routing.some(work, [seen["offer_id"]]))[0]
    UNOPENED.inc()
    event = NoticeUnopened(
        case_id=offer.case_id,
        offer_id=offer.id,
        organisation_id=offer.organisation,
        urgency=offer.urgency,
        accept_by=offer.accept_by,
        sent_at=min((row["sent_at"] for row in rows if row["sent_at"]), default=None),
    )
    # Of a handover somebody has the case: its owner rings.
    rings = (offer.from_organisation,) if offer.from_organisation else await directory.national_desks(work)
    outbox.record(work, event, (*rings, offer.intake_organisation))


async def silent(work: Work) -> list[UUID]:
    """The mailboxes that nothing reaches, of which their organisation was not told lately."""
    return [row["id"] for row in await work.rows(queries.SILENT, **_silent(work), mailbox_id=None)]


async def tell_silent(work: Work, mailbox_id: UUID) -> None:
    """Tell the organisation and the national desks that nothing reaches a mailbox."""
    await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    for row in await work.rows(queries.SILENT, **_silent(work), mailbox_id=mailbox_id):
        await work.change(queries.CHANGE.values(silent_told_at=clock.wall()), of_mailbox=mailbox_id)
        event = MailboxSilent(
            organisation_id=row["organisation_id"], mailbox_id=mailbox_id, reason=row["reason"], since=row["since"]
        )
        outbox.record(work, event, (row["organisation_id"], *await directory.national_desks(work)))


def _silent(work: Work) -> dict[str, object]:
    at = clock.wall()
    return {
        "configured": is_configured(work.database.settings),
        "told_before": at - TOLD_AGAIN,
        "unconfirmed_since": at - UNCONFIRMED_AFTER,
        "waiting_since": at - WAITING_AFTER,
    }


async def _locked(work: Work, mail_id: UUID) -> tuple[Row | None, Row | None, Row | None]:
    """A mail with its mailbox and its notice, locked in the order in which everybody locks them."""
    mail = await work.one(queries.MAIL, mail_id=mail_id)
    if mail is None:
        return None, None, None
    box = await work.one(queries.LOCKED, mailbox_id=mail["mailbox_id"])
    about = await work.one(queries.NOTICE_LOCKED, notice_id=mail["notice_id"]) if mail["notice_id"] else None
    return await work.one(queries.MAIL_LOCKED, mail_id=mail_id), box, about


async def _sent(work: Work, about: Row | None) -> None:
    if about is None or about["sent_at"]:
        return
    state = NoticeState.SENT if about["state"] == NoticeState.WAITING else about["state"]
    await work.change(queries.CHANGE_NOTICE.values(state=state, sent_at=work.at), of_notice=about["id"])


async def _sent_all_the_same(work: Work, box: Row | None, mail: Row, about: Row | None) -> None:
    """The offer ended while its mail was on the way: whoever got it must hear that nothing is asked any more."""
    await _change(work, mail["id"], state="sent", sent_at=clock.wall(), leased_until=None)
    await _sent(work, about)
    if about and box and box["state"] == "active" and about["state"] == NoticeState.ENDED and about["sent_at"] is None:
        write_mail(work, box, Kind.END, about["id"])


async def _change(work: Work, mail_id: UUID, **values: datetime | str | int | None) -> Any:  # noqa: ANN401  a count
    return await work.change(queries.CHANGE_MAIL.values(**values), of_mail=mail_id)
