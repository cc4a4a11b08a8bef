"""Decide and offer; climb to the next when an offer is declined or its time has run out."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import Urgency
from app.cases.service import Case
from app.core import outbox
from app.core.errors import Stale
from app.core.ids import new_id
from app.core.work import Work
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.routing import queries
from app.routing.decide import Decision
from app.routing.events import CaseOffered, OfferDeclined, OfferExpired, OfferReminded
from app.routing.ladder import Rung, next_reminder
from app.routing.need import Need
from app.routing.offers import Offer, OfferState, What
from app.routing.replay import Inputs
from app.routing.tables import decision as decision_table
from app.routing.tables import offer as offer_table


@dataclass(frozen=True, slots=True)
class Asked:
    """What an offer tells of the case, without anything personal."""

    case_id: UUID
    reference: str
    flags: tuple[str, ...]
    intake_organisation: UUID
    what: What = What.ASSIGNMENT
    handover: UUID | None = None
    from_organisation: UUID | None = None
    hears: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class To:
    """Who is asked, as what, about which place, and until when. `decision_id`: None for whoever the owner has named."""

    organisation: UUID
    rung: Rung
    urgency: Urgency
    municipality_code: str
    accept_by: datetime
    decision_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """Who is being asked, and by which decision."""

    offer_id: UUID
    decision: Decision


def offer_first(work: Work, asked: Asked, need: Need, around: Surroundings) -> Offered:
    """Decide who is asked first and offer the case, with the rest of this work.

    Raises:
        Invalid, NobodyLeft: as `decide`.
    """
    inputs = Inputs(need, around, frozenset(), work.at)
    return offer_decided(work, asked, inputs, inputs.decide())


async def climb(work: Work, case: Case, old: Offer, how: OfferDeclined | OfferExpired) -> Offered:
    """End an offer and ask the next one, so that there is never a moment without anybody. Both rows must be locked.

    The order is that of row-level security: an organisation that declines may change the case only while its own offer is
    still pending. So the case first, then its offer; what is written last is seen by who is asked next.

    Raises:
        NobodyLeft: there is nobody to ask; nothing was written, and the offer stands.
    """
    inputs = await next_inputs(work, case, old)
    decision = inputs.decide()
    state, reason = (OfferState.DECLINED, how.reason) if isinstance(how, OfferDeclined) else (OfferState.EXPIRED, None)
    cases.line(work, case.id, state, asked=str(old.organisation), **({"reason": reason} if reason else {}))
    outbox.record(work, how, (old.organisation, old.intake_organisation))
    offered = offer_decided(work, Asked(case.id, case.reference, case.flags, case.intake_organisation), inputs, decision)
    await cases.offered_again(work, case, decision.offered_to, decision.accept_by, decision.promised_at)
    await end(work, old, state, reason)
    return offered


async def end(work: Work, offer: Offer, state: OfferState, reason: str | None = None) -> None:
    """An offer is answered, or its time has run out. It must be locked.

    Raises:
        Stale: it is no longer what was read.
    """
    answered_at = work.at if state in {OfferState.ACCEPTED, OfferState.DECLINED} else None
    ended = queries.CHANGE.values(state=state, answered_at=answered_at, reason=reason)
    if not await work.change(ended, offer_id=offer.id, seen=offer.version):
        raise Stale(offer.version + 1)


async def remind(work: Work, offer: Offer) -> datetime:
    """Tell whoever has nobody after it that it has not accepted; when it will be told next. The offer must be locked."""
    again = next_reminder(offer.urgency, offer.reminders, work.at)
    reminded = queries.CHANGE.values(next_call_at=again, reminders=offer.reminders + 1)
    if not await work.change(reminded, offer_id=offer.id, seen=offer.version):
        raise Stale(offer.version + 1)
    event = OfferReminded(
        case_id=offer.case_id,
        offer_id=offer.id,
        organisation_id=offer.organisation,
        reminders=offer.reminders + 1,
        accept_by=offer.accept_by,
    )
    outbox.record(work, event, (offer.organisation, offer.intake_organisation))
    cases.line(work, offer.case_id, "reminded", to=str(offer.organisation), reminders=offer.reminders + 1)
    return again


async def next_inputs(work: Work, case: Case, old: Offer) -> Inputs:
    """What the next decision is made from: the same need, who is around now, and everybody who was asked."""
    row = await work.one(queries.LAST_DECISION, case_id=case.id)
    if row is None:
        raise LookupError("A case that is offered has a decision.")
    last = Inputs.from_json(row["inputs"])
    try:
        around = await directory.around(work, old.municipality_code)
    except PlaceUnknown:  # the municipality has merged since: who was around it then is asked rather than nobody
        around = last.remembered(work.at)
    need = replace(last.need, urgency=case.urgency)  # it may have been raised since
    return replace(last, need=need, around=around, refusals=last.refusals | {old.organisation}, at=work.at)


def offer_decided(work: Work, asked: Asked, inputs: Inputs, decision: Decision) -> Offered:
    """Store a decision and the offer that follows from it, and announce it; the case is the caller's to change."""
    decision_id = new_id(work.at)
    work.write(
        decision_table,
        id=decision_id,
        case_id=asked.case_id,
        at=work.at,
        rules=decision.rules,
        directory_version=inputs.around.version,
        inputs=inputs.to_json(),
        lines=[line.to_json() for line in decision.lines],
        offered_to=decision.offered_to,
        accept_by=decision.accept_by,
        written_by=_writer(work, asked),
    )
    code, urgency = inputs.around.municipality_code, inputs.need.urgency
    to = To(decision.offered_to, decision.rung, urgency, code, decision.accept_by, decision_id)
    return Offered(write_offer(work, asked, to), decision)


def write_offer(work: Work, asked: Asked, to: To) -> UUID:
    """Store an offer and announce it; its id."""
    offer_id = new_id(work.at)
    work.write(
        offer_table,
        id=offer_id,
        case_id=asked.case_id,
        decision_id=to.decision_id,
        organisation_id=to.organisation,
        intake_organisation_id=asked.intake_organisation,
        written_by=_writer(work, asked),
        rung=to.rung,
        state=OfferState.PENDING,
        urgency=to.urgency,
        flags=list(asked.flags),
        municipality_code=to.municipality_code,
        offered_at=work.at,
        accept_by=to.accept_by,
        next_call_at=to.accept_by,
        reminders=0,
        version=1,
        what=asked.what,
        handover_id=asked.handover,
        from_organisation_id=asked.from_organisation,
    )
    event = CaseOffered(
        case_id=asked.case_id,
        offer_id=offer_id,
        reference=asked.reference,
        organisation_id=to.organisation,
        urgency=to.urgency,
        flags=asked.flags,
        municipality_code=to.municipality_code,
        accept_by=to.accept_by,
        rung=to.rung,
        what=asked.what,
        from_organisation_id=asked.from_organisation,
    )
    outbox.record(work, event, (to.organisation, asked.intake_organisation, *asked.hears))
    return offer_id


def _writer(work: Work, asked: Asked) -> UUID:
    return work.actor.organisation or asked.from_organisation or asked.intake_organisation
