"""An offer follows what is corrected about its case, as long as nobody has accepted. The case must be locked."""

from dataclasses import replace
from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import Urgency
from app.cases.service import Case
from app.core import outbox
from app.core.errors import Stale
from app.core.work import Work
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.routing import queries
from app.routing.events import OfferHastened, OfferWithdrawn
from app.routing.ladder import accept_by
from app.routing.offers import Offer, OfferState, offer_of
from app.routing.replay import Inputs
from app.routing.service.offer import Asked, Offered, end, offer_decided


async def hasten(work: Work, case: Case, urgency: Urgency, flags: tuple[str, ...]) -> UUID:
    """The case is more urgent: whoever is asked must answer sooner, and hears it. Who is asked."""
    offer = await _pending(work, case)
    by = min(offer.accept_by, accept_by(urgency, work.at))
    await cases.raised(work, case, urgency, flags, by)
    known = tuple(sorted({*offer.flags, *flags}))
    told = queries.CHANGE.values(urgency=urgency, flags=list(known), accept_by=by, next_call_at=min(offer.next_call_at, by))
    if not await work.change(told, offer_id=offer.id, seen=offer.version):
        raise Stale(offer.version + 1)
    event = OfferHastened(
        case_id=case.id, offer_id=offer.id, organisation_id=offer.organisation, urgency=urgency, flags=known, accept_by=by
    )
    outbox.record(work, event, (offer.organisation, offer.intake_organisation))
    return offer.organisation


async def reroute(work: Work, case: Case, around: Surroundings) -> Offered:
    """The place is another: whoever was asked is asked no longer, and the ladder of the right place begins.

    Raises:
        Invalid, NobodyLeft: as `decide`; nothing was written.
    """
    old = await _pending(work, case)
    inputs = await _inputs(work, case, around)
    decision = inputs.decide()
    code = around.municipality_code
    case = await cases.moved_to(work, case, code, decision.offered_to, decision.accept_by, decision.promised_at)
    await withdrawn(work, old)
    return offer_decided(work, _asked(case), inputs, decision)


async def withdraw(work: Work, case: Case) -> None:
    """The call was entered in error: nobody is asked any more, and the case is closed."""
    offer = await _pending(work, case)
    await cases.withdrawn(work, case)
    await withdrawn(work, offer)


async def offer_afresh(work: Work, case: Case) -> Offered:
    """It was no error after all: the case is offered again, to whoever comes first now.

    Raises:
        NobodyLeft: as `decide`; nothing was written.
    """
    inputs = await _inputs(work, case, await directory.around(work, case.municipality_code))
    decision = inputs.decide()
    case = await cases.brought_back(work, case, decision.offered_to, decision.accept_by, decision.promised_at)
    return offer_decided(work, _asked(case), inputs, decision)


def _asked(case: Case) -> Asked:
    return Asked(case.id, case.reference, case.flags, case.intake_organisation)


async def withdrawn(work: Work, offer: Offer, others: tuple[UUID, ...] = ()) -> None:
    """Whoever is asked is asked no longer, and hears it, as `others` do. It must be locked."""
    await end(work, offer, OfferState.WITHDRAWN)
    event = OfferWithdrawn(case_id=offer.case_id, offer_id=offer.id, organisation_id=offer.organisation, what=offer.what)
    outbox.record(work, event, (*offer.tells, *others))


async def _pending(work: Work, case: Case) -> Offer:
    rows = await work.rows(queries.OFFERS_OF_CASE, case_id=case.id)
    return next(offer_of(row) for row in rows if row["state"] == OfferState.PENDING)


async def _inputs(work: Work, case: Case, around: Surroundings) -> Inputs:
    row = await work.one(queries.LAST_DECISION, case_id=case.id)
    if row is None:
        raise LookupError("A case that is offered has a decision.")
    last = Inputs.from_json(row["inputs"])
    return Inputs(replace(last.need, urgency=case.urgency), around, last.refusals, work.at)
