"""The page behind a notice: whoever has its address sees what is asked, whoever also has the organisation's key answers."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.actor import GATE, Actor, Role
from app.core.db import Database
from app.core.errors import Forbidden, NotFound
from app.core.work import Row, Work, begin
from app.identity.may import missing
from app.identity.tokens import digest_of
from app.notices import queries
from app.notices.following import NoticeState
from app.notices.timing import SHOWN_FOR
from app.routing.ladder import Rung
from app.routing.offers import DeclineReason, Offer, OfferState, What
from app.routing.service import answer as routing
from app.routing.service.answer import OfferEnded


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: codes and moments; nothing of what the case is about."""

    reference: str
    urgency: str
    municipality: str
    state: OfferState
    accept_by: datetime
    left: timedelta
    version: int
    may_decline: bool
    sent_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    at: datetime
    over: bool  # another has the case until then


async def organisation_of(database: Database, notice_id: UUID, secret: str) -> UUID | None:
    """Whose notice is at this address; None: there is none, the secret is wrong, or it ended a week ago."""
    async with begin(database, GATE) as work:
        row = await work.one(queries.GATE_NOTICE, notice_id=notice_id)
        fits = hmac.compare_digest(digest_of(secret), bytes(row["digest"]) if row else bytes(32))
        if row is None or not fits or (row["ended_at"] and row["ended_at"] + SHOWN_FOR <= work.at):
            return None
    return UUID(str(row["organisation_id"]))


async def opened(database: Database, organisation: UUID, notice_id: UUID, *, request_id: UUID) -> Shown:
    """Somebody who reads the mailbox has asked to see it: from now on it counts as delivered, and its offer as seen."""
    async with begin(database, Actor(organisation, Role.DESK), request_id=request_id) as work:
        row = await _open(work, notice_id)
        return _shown(work, row, await _seen(work, row["offer_id"]))


async def accept(database: Database, actor: Actor, notice_id: UUID, version: int, *, request_id: UUID) -> None:
    """Accept the offer for the organisation whose key this is.

    Raises:
        Forbidden: the key may not answer offers.
        NotFound: it is another organisation's.
        OfferEnded, Stale: as `routing.service.answer.accept`.
    """
    async with begin(database, _may(actor), request_id=request_id) as work:
        row = await _open(work, notice_id)
        await routing.accept(work, row["offer_id"], version, None)


async def decline(
    database: Database, actor: Actor, notice_id: UUID, version: int, reason: DeclineReason, *, request_id: UUID
) -> None:
    """Decline it, with a reason; the next organisation is asked at once.

    Raises:
        Forbidden, NotFound: as `accept`.
        OfferEnded, Stale, CantDecline, NobodyLeft: as `routing.service.answer.decline`.
    """
    async with begin(database, _may(actor), request_id=request_id) as work:
        row = await _open(work, notice_id)
        await routing.decline(work, row["offer_id"], version, reason)


def _may(actor: Actor) -> Actor:
    if missing(actor.scopes, ("offers:answer",)):
        raise Forbidden("This key may not answer offers. Ask your administrator for one with offers:answer.")
    return actor


async def _open(work: Work, notice_id: UUID) -> Row:
    seen = await work.one(queries.NOTICE, notice_id=notice_id)
    box = await work.one(queries.LOCKED, mailbox_id=seen["mailbox_id"]) if seen else None
    row = await work.one(queries.NOTICE_LOCKED, notice_id=notice_id)
    if row is None or box is None:
        raise NotFound("There is no such notice for your organisation.")
    if row["opened_at"]:
        return row
    state = row["state"] if row["state"] == NoticeState.ENDED else NoticeState.OPENED
    await work.change(queries.CHANGE_NOTICE.values(state=state, opened_at=work.at, alarm_at=None), of_notice=notice_id)
    if box["failing_since"]:
        await work.change(queries.CHANGE.values(failing_since=None, last_error=None), of_mailbox=box["id"])
    return {**row, "opened_at": work.at}


async def _seen(work: Work, offer_id: UUID) -> Offer:
    try:
        return await routing.see(work, offer_id)
    except OfferEnded:  # meanwhile; the page says how
        return await routing.offer(work, offer_id)


def _shown(work: Work, row: Row, offer: Offer) -> Shown:
    return Shown(
        reference=row["reference"],
        urgency=offer.urgency,
        municipality=row["municipality_name"],
        state=OfferState.EXPIRED if offer.state is OfferState.PENDING and offer.has_expired(work.at) else offer.state,
        accept_by=offer.accept_by,
        left=offer.accept_by - work.at,
        version=offer.version,
        may_decline=offer.rung is not Rung.NATIONAL_DESK,
        sent_at=row["sent_at"],
        opened_at=row["opened_at"],
        answered_at=offer.answered_at,
        at=work.at,
        over=offer.what is not What.ASSIGNMENT,
    )
