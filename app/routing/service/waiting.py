"""Offers that wait for an answer, soonest first: of whom this organisation is asked, and whom it asks."""

from datetime import datetime

from app.core.counting import counts_of
from app.core.paging import Place
from app.core.work import Work
from app.routing import queries
from app.routing.offers import Offer, offer_of


async def to_us(work: Work, after: Place | None, limit: int) -> list[Offer]:
    """Pending offers to this organisation, soonest to be answered first, at most `limit`."""
    return [offer_of(row) for row in await work.rows(queries.asked(work.organisation, after, limit))]


async def by_us(work: Work, after: Place | None, limit: int) -> list[Offer]:
    """Pending offers of cases that it took in, and of cases that it hands over; as `to_us`."""
    return [offer_of(row) for row in await work.rows(queries.asks(work.organisation, after, limit))]


async def last_to_us(work: Work) -> datetime | None:
    """When this organisation was asked last, whatever became of it; None: it never was."""
    row = await work.one(queries.LAST_OFFERED, organisation_id=work.organisation)
    return row["offered_at"] if row else None


async def counted(work: Work, most: int) -> tuple[int, int]:
    """How many there are of each, `to_us` and `by_us`, counted no further than `most`."""
    asked, asks = await counts_of(work, [one(work.organisation, None, most) for one in (queries.asked, queries.asks)])
    return asked, asks
