"""Offers whose time has run out: the next one is asked; whoever has nobody after it is reminded.

Of a handover the owner keeps its case, when nobody is left.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from app.cases import service as cases
from app.cases import silences
from app.cases.service import Case
from app.cases.silence import Silence
from app.core.due import Due
from app.core.work import Work
from app.routing import queries
from app.routing.decide import NobodyLeft
from app.routing.events import OfferExpired
from app.routing.ladder import Rung
from app.routing.offers import Offer, OfferState, What, offer_of
from app.routing.service.handing import passed_by
from app.routing.service.offer import climb, remind

log = structlog.get_logger(__name__)


async def claim(work: Work) -> Sequence[UUID]:
    """The offers that must be looked at, those longest due first."""
    return [row["id"] for row in await work.rows(queries.DUE, at=work.at)]


async def act(work: Work, offer_id: UUID) -> None:
    """Ask the next one, or remind the last; nothing when somebody answered or another worker was faster."""
    seen = await work.one(queries.OFFER, offer_id=offer_id)
    if seen is None:
        return
    case = await cases.locked(work, seen["case_id"])
    row = await work.one(queries.LOCKED, offer_id=offer_id)
    if row is None or row["state"] != OfferState.PENDING or row["next_call_at"] > work.at:
        return
    offer = offer_of(row)
    await _go_on(work, case, offer)
    if offer.seen_at is None and not offer.reminders:
        silences.note(work, case, Silence.OFFER_UNSEEN, offer.organisation, offer.id)


async def _go_on(work: Work, case: Case, offer: Offer) -> None:
    expired = OfferExpired(case_id=case.id, offer_id=offer.id, organisation_id=offer.organisation, what=offer.what)
    if offer.what is not What.ASSIGNMENT:
        await passed_by(work, case, offer, expired)
        return
    if offer.rung is Rung.NATIONAL_DESK:
        await remind(work, offer)
        return
    try:
        await climb(work, case, offer, expired)
    except NobodyLeft:
        # The directory has lost its national desk: rather than nobody, whoever was asked last is asked on, and all who hear
        # of reminders hear of this one.
        log.warning("routing.nobody_left", case_id=str(case.id), municipality_code=case.municipality_code)
        await remind(work, offer)


EXPIRED_OFFERS: Final = Due(name="expired_offers", claim=claim, act=act, idle=timedelta(seconds=1))
