"""Notices follow offers: a mailbox reads its organisation's feed, where every offer becomes a notice, its reminders, its end.

The feed rather than a look at pending offers: it is numbered in the order of commits and without gaps, so a cursor that moves in
the transaction that writes the notice can't lose an offer, however long a worker was away; and what hastened or reminded an
offer stands there too. Where the feed itself has a gap (a restored backup, events that are no longer kept, a mailbox that was
just confirmed), what is pending at that moment is taken from routing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from app.cases import service as cases
from app.core import clock
from app.core.errors import Problem
from app.core.ids import new_id
from app.core.work import Row, Work
from app.delivery.service import feed
from app.directory.service import look_up as directory
from app.identity.tokens import digest_of
from app.notices import queries
from app.notices.following import Kind, Known, NoticeState, next_mail, offers_in
from app.notices.service.links import secret_of
from app.notices.tables import notice, notice_mail
from app.notices.timing import alarm_at, next_reminder
from app.routing.offers import Offer, OfferState
from app.routing.service import answer as routing

BATCH: Final = 100
RING: Final = "mail"


async def behind(work: Work) -> Sequence[UUID]:
    """The mailboxes in whose organisation's feed something new stands, or whose cursor lies ahead of it."""
    found = await work.rows(queries.ACTIVE)
    heads = await feed.heads(work) if found else {}
    return [row["id"] for row in found if heads.get(UUID(str(row["organisation_id"])), 0) != row["told_through"]]


async def follow(work: Work, mailbox_id: UUID) -> None:
    """Take up what is new for one mailbox; nothing when another worker was faster."""
    box = await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    if box is None or box["state"] != "active":
        return
    try:
        found = await feed.events(work, box["organisation_id"], box["told_through"], BATCH)
    except Problem:  # the feed has a gap before or after the cursor: what is asked now is what counts
        await catch_up(work, box)
        return
    organisation = UUID(str(box["organisation_id"]))
    urged = offers_in((orjson.loads(one) for one in found.bodies), organisation)
    await _tell(work, box, await routing.some(work, list(urged)), urged)
    await work.change(queries.CHANGE.values(told_through=found.reached), of_mailbox=mailbox_id)


async def catch_up(work: Work, box: Row) -> None:
    """From here on a mailbox follows the feed; what is pending is told, what it was told of and ended meanwhile is ended.

    Its row must be locked. What happens between the two looks stands in the feed behind the first.
    """
    head = (await feed.heads(work)).get(UUID(str(box["organisation_id"])), 0)
    told = [row["offer_id"] for row in await work.rows(queries.LIVE_OFFERS, mailbox_id=box["id"])]
    pending = await routing.pending(work, box["organisation_id"])
    others = await routing.some(work, [one for one in told if one not in {offer.id for offer in pending}])
    await _tell(work, box, [*pending, *others], {})
    await work.change(queries.CHANGE.values(told_through=head), of_mailbox=box["id"])


async def remind(work: Work, notice_id: UUID) -> None:
    """A part of the time to answer is over: remind, and plan the next reminder."""
    row = await work.one(queries.NOTICE, notice_id=notice_id)
    box = await work.one(queries.LOCKED, mailbox_id=row["mailbox_id"]) if row else None
    row = await work.one(queries.NOTICE_LOCKED, notice_id=notice_id)
    if row is None or box is None or row["remind_at"] is None or row["remind_at"] > work.at:
        return
    again = next_reminder(row["counted_from"], row["accept_by"], work.at)
    await work.change(queries.CHANGE_NOTICE.values(remind_at=again), of_notice=notice_id)
    if box["state"] == "active":
        await _tell(work, box, await routing.some(work, [row["offer_id"]]), {row["offer_id"]: Kind.REMINDER})


def write_mail(work: Work, box: Mapping[str, Any], kind: Kind, notice_id: UUID | None = None) -> UUID:
    """A mail to be sent at once; its mailbox must be locked, and no other of its notice may wait."""
    at = clock.wall()
    mail_id = new_id(at)
    work.write(
        notice_mail,
        id=mail_id,
        organisation_id=box["organisation_id"],
        mailbox_id=box["id"],
        notice_id=notice_id,
        kind=kind,
        state="waiting",
        attempts=0,
        next_attempt_at=at,
        made_at=at,
    )
    work.ring(RING)
    return mail_id


async def _tell(work: Work, box: Row, offers: Iterable[Offer], urged: Mapping[UUID, Kind | None]) -> None:
    found = list(offers)
    if not found:
        return
    ids = [one.id for one in found]
    rows = await work.rows(queries.KNOWN, mailbox_id=box["id"], offers=ids)
    known = {UUID(str(row["offer_id"])): row for row in rows}
    new = [one for one in found if one.id not in known and one.state is OfferState.PENDING]
    references = {one.id: one.reference for one in await cases.some(work, [one.case_id for one in new])}
    names = await directory.municipality_names(work, [one.municipality_code for one in new])
    for offer in found:
        row = known.get(offer.id)
        kind = next_mail(offer, _known(row) if row else None, urged.get(offer.id))
        if row is None:
            if kind and offer.case_id in references:
                _begin(work, box, offer, references[offer.case_id], names.get(offer.municipality_code, offer.municipality_code))
        elif offer.state is OfferState.PENDING:
            await _go_on(work, box, offer, row, kind)
        elif row["state"] != NoticeState.ENDED:
            await _end(work, box, offer, row, kind)


def _known(row: Row) -> Known:
    return Known(row["id"], NoticeState(row["state"]), row["sent_at"] is not None, row["mail_waits"])


def _begin(work: Work, box: Row, offer: Offer, reference: str, municipality: str) -> None:
    notice_id = new_id(work.at)
    start = min(offer.offered_at, work.at)
    work.write(
        notice,
        id=notice_id,
        organisation_id=box["organisation_id"],
        mailbox_id=box["id"],
        offer_id=offer.id,
        case_id=offer.case_id,
        reference=reference,
        urgency=offer.urgency,
        municipality_code=offer.municipality_code,
        municipality_name=municipality,
        digest=digest_of(secret_of(work.database.settings, notice_id)),
        state=NoticeState.WAITING,
        made_at=work.at,
        counted_from=start,
        accept_by=offer.accept_by,
        remind_at=next_reminder(start, offer.accept_by, work.at),
        alarm_at=alarm_at(offer.urgency, start, offer.accept_by),
        what=offer.what,
    )
    write_mail(work, box, Kind.OFFER, notice_id)


async def _go_on(work: Work, box: Row, offer: Offer, row: Row, kind: Kind | None) -> None:
    if offer.accept_by != row["accept_by"] or offer.urgency != row["urgency"]:
        alarm = None if row["opened_at"] else alarm_at(offer.urgency, work.at, offer.accept_by)
        changed = queries.CHANGE_NOTICE.values(
            urgency=offer.urgency,
            accept_by=offer.accept_by,
            counted_from=work.at,
            remind_at=next_reminder(work.at, offer.accept_by, work.at),
            alarm_at=min((one for one in (alarm, row["alarm_at"]) if one), default=None),
        )
        await work.change(changed, of_notice=row["id"])
    if kind:
        write_mail(work, box, kind, row["id"])


async def _end(work: Work, box: Row, offer: Offer, row: Row, kind: Kind | None) -> None:
    ended = queries.CHANGE_NOTICE.values(
        state=NoticeState.ENDED, outcome=offer.state, ended_at=work.at, remind_at=None, alarm_at=None
    )
    await work.change(ended, of_notice=row["id"])
    await work.change(queries.DROP_WAITING, of_notice=row["id"])
    if kind:
        write_mail(work, box, kind, row["id"])
