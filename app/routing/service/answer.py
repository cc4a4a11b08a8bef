"""Accept or decline an offer: exactly one answer counts, whoever else tries at the same moment."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import Conflict, NotFound
from app.core.http import match
from app.core.paging import Page, page_of
from app.core.work import Work
from app.routing import queries
from app.routing.events import CaseAccepted, OfferDeclined, OfferSeen
from app.routing.ladder import Rung
from app.routing.offers import DeclineReason, Offer, OfferState, What, offer_of
from app.routing.service.handing import passed_by, taken_over
from app.routing.service.offer import Offered, climb, end

ENDED: Final[Mapping[OfferState, str]] = MappingProxyType(
    {
        OfferState.ACCEPTED: "Your organisation has accepted this offer already.",
        OfferState.DECLINED: "Your organisation has declined this offer, and somebody else was asked, or its owner keeps it.",
        OfferState.EXPIRED: "The time to accept has run out, and somebody else was asked, or its owner keeps it.",
        OfferState.WITHDRAWN: "This offer was withdrawn.",
    }
)


class OfferEnded(Conflict):
    """The offer was answered, or its time has run out."""

    slug, title = "offer-ended", "The offer has ended"


class CantDecline(Conflict):
    """After the last rung there is nobody."""

    slug, title = "last-rung", "The last rung can't decline"


async def offer(work: Work, offer_id: UUID) -> Offer:
    """One offer to this organisation, or about a case that it took in.

    Raises:
        NotFound: there is none with this id for this organisation.
    """
    row = await work.one(queries.OFFER, offer_id=offer_id)
    if row is None:
        raise NotFound("There is no such offer, or it is not for your organisation.")
    return offer_of(row)


async def offers(work: Work, *, after: UUID | None, limit: int, state: OfferState | None) -> Page[Offer]:
    """The offers to this organisation, oldest first."""
    rows = await work.rows(queries.listed(work.organisation, after, limit, state))
    found = [offer_of(row) for row in rows]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def see(work: Work, offer_id: UUID) -> Offer:
    """Note that whoever is asked has seen the offer, the first time it says so; its time runs on.

    Raises:
        NotFound, OfferEnded: as `accept`.
    """
    found = await offer(work, offer_id)
    _open(work, found, found.version)
    if await work.change(queries.SEE, offer_id=offer_id, at=work.at):
        event = OfferSeen(case_id=found.case_id, offer_id=offer_id, organisation_id=found.organisation, seen_at=work.at)
        outbox.record(work, event, found.tells)
    return await offer(work, offer_id)


async def some(work: Work, ids: Sequence[UUID]) -> list[Offer]:
    """Those of these offers that this work may see; none asked, no statement."""
    return [offer_of(row) for row in await work.rows(queries.SOME, ids=list(ids))] if ids else []


async def pending(work: Work, organisation: UUID) -> list[Offer]:
    """What an organisation is asked at this moment, oldest first."""
    return [offer_of(row) for row in await work.rows(queries.PENDING, organisation_id=organisation)]


async def accept(work: Work, offer_id: UUID, version: int, coordinator: str | None) -> tuple[Offer, Case]:
    """Become responsible, from this moment on.

    Raises:
        NotFound: no such offer to this organisation.
        OfferEnded: it was answered, or its time has run out.
        Refused: it is the handover of a case that is closed.
        Stale: another version was read.
    """
    asked, case = await _taken_up(work, offer_id, version)
    if asked.what is not What.ASSIGNMENT:
        taken = await taken_over(work, case, asked, coordinator)
        return await offer(work, offer_id), taken
    accepted = await cases.accepted(work, case, work.organisation, coordinator)
    await end(work, asked, OfferState.ACCEPTED)
    if accepted.deadline_at is None:
        raise LookupError("An accepted case has a deadline.")
    event = CaseAccepted(
        case_id=case.id, offer_id=offer_id, organisation_id=asked.organisation, first_contact_by=accepted.deadline_at
    )
    outbox.record(work, event, (asked.organisation, asked.intake_organisation))
    return await offer(work, offer_id), accepted


async def decline(work: Work, offer_id: UUID, version: int, reason: DeclineReason) -> Offered | None:
    """Say no, with a reason; the next one is asked in the same transaction. None: the owner that hands over keeps its case.

    Raises:
        NotFound, OfferEnded, Stale: as `accept`.
        CantDecline: this is the last rung.
        NobodyLeft: the directory has lost its national desk; the offer stands.
    """
    asked, case = await _taken_up(work, offer_id, version)
    if asked.rung is Rung.NATIONAL_DESK:
        raise CantDecline("After the national desk there is nobody. Accept, and hand the case over when you found who can.")
    event = OfferDeclined(case_id=case.id, offer_id=offer_id, organisation_id=asked.organisation, reason=reason, what=asked.what)
    if asked.what is not What.ASSIGNMENT:
        return await passed_by(work, case, asked, event)
    return await climb(work, case, asked, event)


async def _taken_up(work: Work, offer_id: UUID, version: int) -> tuple[Offer, Case]:
    """The offer and its case, both locked, when it can be answered by this organisation at this moment.

    Whoever had it locked before may have ended it: then it is no longer ours to lock, and a second look says why.
    """
    found = _open(work, await offer(work, offer_id), version)
    try:
        case = await cases.locked(work, found.case_id)
    except NotFound:
        _open(work, await offer(work, offer_id), version)
        raise
    row = await work.one(queries.LOCKED, offer_id=offer_id)
    return _open(work, offer_of(row) if row else await offer(work, offer_id), version), case


def _open(work: Work, found: Offer, version: int) -> Offer:
    """The same offer, when this organisation can answer it."""
    if found.organisation != work.organisation:
        raise NotFound("There is no such offer to your organisation.")
    if found.state is not OfferState.PENDING:
        raise OfferEnded(f"{ENDED[found.state]} Nothing was changed.", state=found.state)
    if found.has_expired(work.at):
        raise OfferEnded("The time to accept has run out; somebody else is being asked. Nothing was changed.", state="expired")
    match(version, found.version)
    return found
