"""What an answer, or no answer, does to a case that is to be handed over. The case and its offer must be locked."""

from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import Urgency
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import Stale
from app.core.work import Work
from app.routing import queries
from app.routing.decide import NobodyLeft
from app.routing.events import CaseHandedOver, HandoverReturned, OfferDeclined, OfferExpired, OfferHastened
from app.routing.handovers import Handover, answer_by, handover_of
from app.routing.ladder import accept_by
from app.routing.offers import Offer, OfferState, What, offer_of
from app.routing.service.correcting import withdrawn
from app.routing.service.offer import Asked, Offered, end, next_inputs, offer_decided
from app.team.service.hearing import hears
from app.team.service.owning import changed_owner


async def taken_over(work: Work, case: Case, offer: Offer, coordinator: str | None) -> Case:
    """Whoever was asked is responsible from this moment: the case first, by whom its offer lets change it; then the offer.

    The old owner goes, with what it had to do; unless it asked to stay on the team, which it is on by handing over.

    Raises:
        Refused: the case is closed. Stale: it was changed meanwhile.
    """
    asked = await _asked(work, offer)
    old, place = asked.organisation, offer.municipality_code if offer.what is What.TRANSFER else case.municipality_code
    changed = await cases.handed_over(
        work, case, offer.organisation, coordinator, place, what=offer.what, reason=asked.reason, warm=asked.warm,
        stays=asked.stay is not None,
    )  # fmt: skip
    await end(work, offer, OfferState.ACCEPTED)
    if asked.stay is None:
        await work.one(queries.PASS_ON, case_id=case.id, old=old, new=offer.organisation)
    stays = (asked.stay.role, asked.stay.purpose) if asked.stay else None
    await changed_owner(work, changed, old, stays)
    if changed.deadline_at is None:
        raise LookupError("An owned case has a deadline.")
    event = CaseHandedOver(
        case_id=case.id,
        offer_id=offer.id,
        handover_id=asked.id,
        organisation_id=offer.organisation,
        from_organisation_id=old,
        what=offer.what,
        reason=asked.reason,
        warm=asked.warm,
        from_stays=asked.stay is not None,
        municipality_code=changed.municipality_code,
        act_by=changed.deadline_at,
    )
    outbox.record(work, event, (*offer.tells, *await hears(work, changed)))
    return changed


async def passed_by(work: Work, case: Case, offer: Offer, how: OfferDeclined | OfferExpired) -> Offered | None:
    """Whoever was asked does not take it: of a transfer the next is asked; else, or when nobody is left, the owner keeps it.

    As with a new case, what is written last is seen by who is asked next: the case first, then the offer.

    Raises:
        Stale: the case or the offer was changed meanwhile.
    """
    if case.state is State.CLOSED:
        await withdrawn(work, offer)
        return None
    state, reason = (OfferState.DECLINED, how.reason) if isinstance(how, OfferDeclined) else (OfferState.EXPIRED, None)
    told = {"handover": str(offer.handover), "what": offer.what, "asked": str(offer.organisation)}
    cases.line(work, case.id, state, **told, **({"reason": reason} if reason else {}))
    outbox.record(work, how, offer.tells)
    offered = await _next(work, case, offer) if offer.what is What.TRANSFER else None
    if offered is None:
        _returned(work, case, offer, state)
    await cases.touched(work, case)
    await end(work, offer, state, reason)
    return offered


async def hasten(work: Work, case: Case, urgency: Urgency, flags: tuple[str, ...]) -> None:
    """An owned case is more urgent: whoever is asked to take it over hears that too, and must answer sooner. Nobody may be."""
    rows = await work.rows(queries.OFFERS_OF_CASE, case_id=case.id)
    offer = next((offer_of(row) for row in rows if row["state"] == OfferState.PENDING), None)
    if offer is None or offer.handover is None:
        return
    within = accept_by if offer.what is What.TRANSFER else answer_by
    by, known = min(offer.accept_by, within(urgency, work.at)), tuple(sorted({*offer.flags, *flags}))
    told = queries.CHANGE.values(urgency=urgency, flags=list(known), accept_by=by, next_call_at=min(offer.next_call_at, by))
    if not await work.change(told, offer_id=offer.id, seen=offer.version):
        raise Stale(offer.version + 1)
    event = OfferHastened(
        case_id=case.id, offer_id=offer.id, organisation_id=offer.organisation, urgency=urgency, flags=known, accept_by=by
    )
    outbox.record(work, event, offer.tells)


async def _asked(work: Work, offer: Offer) -> Handover:
    row = await work.one(queries.HANDOVER, handover_id=offer.handover)
    if row is None:
        raise LookupError("An offer of an owned case has its handover.")
    return handover_of(row, [offer])


async def _next(work: Work, case: Case, old: Offer) -> Offered | None:
    inputs = await next_inputs(work, case, old)
    try:
        decision = inputs.decide()
    except NobodyLeft:
        return None
    owner: UUID | None = old.from_organisation
    asked = Asked(
        case.id, case.reference, case.flags, case.intake_organisation, old.what, old.handover, owner, (owner,) if owner else ()
    )
    to, by = str(decision.offered_to), decision.accept_by
    cases.line(work, case.id, "handover_asked", handover=str(old.handover), what=old.what, asked=to, accept_by=by)
    return offer_decided(work, asked, inputs, decision)


def _returned(work: Work, case: Case, offer: Offer, how: OfferState) -> None:
    if case.owner is None or offer.handover is None:
        raise LookupError("What is handed over has an owner.")
    cases.line(work, case.id, "handover_returned", handover=str(offer.handover), what=offer.what)
    event = HandoverReturned(case_id=case.id, handover_id=offer.handover, organisation_id=case.owner, what=offer.what, how=how)
    outbox.record(work, event, case.concerned)
