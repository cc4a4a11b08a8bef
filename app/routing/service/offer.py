"""Decide and offer; climb to the next when an offer is declined or its time has run out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.ids import new_id
from app.core.work import Work
from app.directory import service as directory
from app.directory.surroundings import Surroundings
from app.routing import queries
from app.routing.decide import Decision, decide, inputs
from app.routing.events import CaseOffered, OfferReminded
from app.routing.ladder import next_reminder
from app.routing.need import Need
from app.routing.offers import Offer, OfferState
from app.routing.tables import decision as decision_table
from app.routing.tables import offer as offer_table


@dataclass(frozen=True, slots=True)
class Asked:
    """What an offer tells of the case, without anything personal."""

    case_id: UUID
    reference: str
    flags: tuple[str, ...]
    intake_organisation: UUID


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
    return _offer(work, asked, need, around, frozenset())


async def climb(work: Work, case: Case, old: Offer, state: OfferState, reason: str | None = None) -> Offered:
    """End an offer and ask the next one, so that there is never a moment without anybody. Both rows must be locked.

    The order is that of row-level security: an organisation that declines may change the case only while its own offer is
    still pending. So the case first, then its offer; what is written last is seen by who is asked next.
    """
    last = await work.one(queries.LAST_DECISION, case_id=case.id)
    if last is None:
        raise LookupError("A case that is offered has a decision.")
    need = Need.from_json(last["inputs"]["need"])
    refusals = frozenset({*(UUID(one) for one in last["inputs"]["refusals"]), old.organisation})
    around = await directory.around(work, case.municipality_code)
    asked = Asked(case.id, case.reference, case.flags, case.intake_organisation)
    offered = _offer(work, asked, need, around, refusals)
    await cases.offered_again(work, case, offered.decision.offered_to, offered.decision.accept_by)
    answered_at = work.at if state is OfferState.DECLINED else None
    await work.change(queries.CHANGE.values(state=state, answered_at=answered_at, reason=reason), offer_id=old.id)
    return offered


async def remind(work: Work, offer: Offer) -> datetime:
    """Tell the last rung again that it has not accepted; when it will be told next. The offer must be locked."""
    again = next_reminder(offer.urgency, offer.reminders, work.at)
    await work.change(queries.CHANGE.values(next_call_at=again, reminders=offer.reminders + 1), offer_id=offer.id)
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


def _offer(work: Work, asked: Asked, need: Need, around: Surroundings, refusals: frozenset[UUID]) -> Offered:
    decision = decide(need, around, refusals, work.at)
    decision_id, offer_id = new_id(work.at), new_id(work.at)
    written_by = work.actor.organisation or asked.intake_organisation
    work.write(
        decision_table,
        id=decision_id,
        case_id=asked.case_id,
        at=work.at,
        rules=decision.rules,
        directory_version=around.version,
        inputs=inputs(need, around, refusals, work.at),
        lines=[line.to_json() for line in decision.lines],
        offered_to=decision.offered_to,
        accept_by=decision.accept_by,
        written_by=written_by,
    )
    work.write(
        offer_table,
        id=offer_id,
        case_id=asked.case_id,
        decision_id=decision_id,
        organisation_id=decision.offered_to,
        intake_organisation_id=asked.intake_organisation,
        written_by=written_by,
        rung=decision.rung,
        state=OfferState.PENDING,
        urgency=need.urgency,
        flags=list(asked.flags),
        municipality_code=around.municipality_code,
        offered_at=work.at,
        accept_by=decision.accept_by,
        next_call_at=decision.accept_by,
        reminders=0,
        version=1,
    )
    _announce(work, asked, need, decision, offer_id, around.municipality_code)
    return Offered(offer_id, decision)


def _announce(work: Work, asked: Asked, need: Need, decision: Decision, offer_id: UUID, municipality_code: str) -> None:
    event = CaseOffered(
        case_id=asked.case_id,
        offer_id=offer_id,
        reference=asked.reference,
        organisation_id=decision.offered_to,
        urgency=need.urgency,
        flags=asked.flags,
        municipality_code=municipality_code,
        accept_by=decision.accept_by,
        rung=decision.rung,
    )
    outbox.record(work, event, (decision.offered_to, asked.intake_organisation))
