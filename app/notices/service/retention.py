"""What goes by itself: notices whose offers ended long ago, with their mails, and codes and tests that were mailed long ago."""

from collections.abc import Sequence
from uuid import UUID

from app.core import clock
from app.core.work import Work
from app.delivery.service.retention import AT_A_TIME, next_night
from app.notices import queries
from app.notices.timing import KEPT
from app.routing.offers import OfferState
from app.routing.service import answer as routing


async def to_sweep(work: Work) -> Sequence[UUID]:
    """The mailboxes whose turn it is."""
    return [row["id"] for row in await work.rows(queries.TO_SWEEP, at=work.at)]


async def sweep(work: Work, mailbox_id: UUID) -> None:
    """Forget what is old of one mailbox, a thousand notices at most, and say when to look again: at once when there may be more.

    Never a notice whose offer is pending, nor a mail that waits.
    """
    box = await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    if box is None:
        return
    before = work.at - KEPT
    gone = await work.change(queries.FORGET, of_mailbox=mailbox_id, before=before, most=AT_A_TIME)
    await work.change(queries.FORGET_ASKED, of_mailbox=mailbox_id, before=clock.wall() - KEPT)
    if box["state"] == "paused":  # nobody follows its offers: that they ended stands with routing only
        told = [row["offer_id"] for row in await work.rows(queries.LIVE_OFFERS, mailbox_id=mailbox_id)]
        over = [offer.id for offer in await routing.some(work, told) if offer.state is not OfferState.PENDING]
        await work.change(queries.FORGET_UNFOLLOWED, of_mailbox=mailbox_id, before=before, offers=over)
    sweep_at = work.at if gone >= AT_A_TIME else next_night(work.at)
    await work.change(queries.CHANGE.values(sweep_at=sweep_at), of_mailbox=mailbox_id)
