"""Ask another organisation to take a case over, take the question back, and read what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refused
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.routing import queries
from app.routing.decide import Decision, NobodyLeft
from app.routing.handovers import (
    Elsewhere,
    Handover,
    NewHandover,
    Owner,
    answer_by,
    handover_of,
    insist_on_sense,
    owner_of,
)
from app.routing.ladder import Rung
from app.routing.need import Need
from app.routing.offers import Offer, OfferState, What, offer_of
from app.routing.replay import Inputs
from app.routing.service.correcting import withdrawn
from app.routing.service.offer import Asked, To, offer_decided, write_offer
from app.routing.tables import handover as handover_table
from app.team.service.hearing import hears
from app.vault import open as vault
from app.vault.purpose import Purpose


class HandoverPending(Conflict):
    """Somebody is being asked to take the case over."""

    slug, title = "handover-pending", "A handover of this case is being asked"


class HandoverEnded(Conflict):
    """The handover was answered, or its time has run out."""

    slug, title = "handover-ended", "The handover has ended"


class NobodyToTransferTo(Refused):
    """Routing finds nobody around the place who could take the case over."""

    slug, title = "nobody-to-transfer-to", "Nobody there can take the case over"


@dataclass(frozen=True, slots=True)
class _Found:
    """What routing has decided, and from what."""

    inputs: Inputs
    decision: Decision


async def ask(work: Work, case_id: UUID, new: NewHandover) -> Handover:
    """Offer a case of one's own to another organisation. Until it accepts the owner stays responsible, and all goes on.

    Raises:
        NotFound: no such case for this organisation. Forbidden: another owns it. Refused: it is closed.
        HandoverPending: somebody is being asked already.
        Invalid: as `insist_on_sense`; nobody has this id; there is no such municipality.
        NobodyToTransferTo: routing finds nobody else there.
    """
    case = await _owned(work, case_id)
    if await _pending(work, case_id):
        raise HandoverPending("Somebody is being asked to take this case over. Withdraw that first, or wait for the answer.")
    insist_on_sense(new, work.organisation, work.at)
    found = await _somebody(work, case, new)
    handover_id = await _store(work, case, new, found)
    to = found.decision.offered_to if isinstance(found, _Found) else found
    by = found.decision.accept_by if isinstance(found, _Found) else new.answer_by or answer_by(case.urgency, work.at)
    asked = Asked(
        case.id, case.reference, case.flags, case.intake_organisation, new.what, handover_id, case.owner, await hears(work, case)
    )
    if isinstance(found, _Found):
        offer_decided(work, asked, found.inputs, found.decision)
    else:
        write_offer(work, asked, To(to, Rung.CHOSEN, case.urgency, case.municipality_code, by))
    told = {"handover": str(handover_id), "what": new.what, "reason": new.reason, "warm": new.spoken is not None}
    cases.line(work, case.id, "handover_asked", asked=str(to), accept_by=by, **told)
    await cases.touched(work, case)
    await work.flush()
    return await handover(work, case_id, handover_id)


async def withdraw(work: Work, case_id: UUID, handover_id: UUID, version: int) -> Handover:
    """The owner keeps its case: whoever is asked is asked no longer.

    Raises:
        NotFound: no such handover of a case of this organisation. Forbidden: another owns the case.
        HandoverEnded: it was answered, or its time has run out. Stale: another version was read.
    """
    case = await _owned(work, case_id, open_only=False)
    found = await handover(work, case_id, handover_id)
    if found.state is not OfferState.PENDING:
        raise HandoverEnded(f"It is {found.state}. Nothing was changed.", state=found.state)
    match(version, found.version)
    await _take_back(work, case, found.offers[-1])
    return await handover(work, case_id, handover_id)


async def withdraw_if_asked(work: Work, case: Case) -> None:
    """The case ends otherwise: nobody is to take it over any more. It must be locked."""
    pending = await _pending(work, case.id)
    if pending and pending.what is not What.ASSIGNMENT:
        await _take_back(work, case, pending)


async def handover(work: Work, case_id: UUID, handover_id: UUID) -> Handover:
    """One handover, for the owner of the case, whoever asked for it, and whoever is asked now.

    Raises:
        NotFound: there is none for this organisation.
    """
    row = await work.one(queries.HANDOVER, handover_id=handover_id)
    if row is None or row["case_id"] != case_id:
        raise NotFound("This case has no such handover, or it is not for your organisation.")
    return handover_of(row, await _offers(work, case_id))


async def words(work: Work, case_id: UUID, handover_id: UUID, purpose: Purpose) -> tuple[Handover, Mapping[str, Any]]:
    """The same with its conditions, and with whom and when it was spoken about if it is warm; the look is logged.

    Raises:
        NotFound: as `handover`. Forbidden: the case went over, or nobody is asked any more. Gone: its retention has ended.
    """
    found = await handover(work, case_id, handover_id)
    row = await work.one(queries.HANDOVER, handover_id=handover_id)
    if row is None or row["sealed"] is None:
        return found, {}
    try:
        [told] = await vault.unseal(work, case_id, [row["sealed"]], what="handover of the case", purpose=purpose)
    except NotFound:
        raise Forbidden("Its words are for the owner of the case, and for whoever is asked now.") from None
    return found, told


async def handovers(work: Work, case_id: UUID) -> list[Handover]:
    """Every handover of a case that this organisation may see, oldest first.

    Raises:
        NotFound: no such case for this organisation.
    """
    await cases.get(work, case_id)
    offers = await _offers(work, case_id)
    return [handover_of(row, offers) for row in await work.rows(queries.HANDOVERS, case_id=case_id)]


async def owners(work: Work, case_id: UUID) -> list[Owner]:
    """Who owned the case, from the first on.

    Raises:
        NotFound: as `handovers`.
    """
    await cases.get(work, case_id)
    return [owner_of(row) for row in await work.rows(queries.OWNERS, case_id=case_id)]


async def _owned(work: Work, case_id: UUID, *, open_only: bool = True) -> Case:
    case = await cases.locked(work, case_id)
    if case.owner != work.organisation:
        raise Forbidden("Only the owner of a case hands it over. Yours has no say in that, or is only being asked.")
    if open_only and case.state is State.CLOSED:
        raise Refused("The case is closed, and needs no other owner. Nothing was changed.", state=case.state)
    return case


async def _offers(work: Work, case_id: UUID) -> list[Offer]:
    return [offer_of(row) for row in await work.rows(queries.OFFERS_OF_CASE, case_id=case_id)]


async def _pending(work: Work, case_id: UUID) -> Offer | None:
    return next((one for one in await _offers(work, case_id) if one.state is OfferState.PENDING), None)


async def _take_back(work: Work, case: Case, offer: Offer) -> None:
    told = await hears(work, case)
    cases.line(work, case.id, "handover_withdrawn", handover=str(offer.handover), asked=str(offer.organisation))
    await cases.touched(work, case)
    await withdrawn(work, offer, told)


async def _somebody(work: Work, case: Case, new: NewHandover) -> UUID | _Found:
    """Whom the owner has named, when there is such an organisation; else whom routing finds."""
    if new.elsewhere:
        return await _routed(work, case, new.elsewhere)
    if new.organisation is None or not await directory.named(work, [new.organisation]):
        fault = FieldError("/organisationId", "unknown", "An organisation of this directory. GET /v1/organisations lists them.")
        raise Invalid("No organisation has this id. Nothing was changed.", errors=[fault])
    return new.organisation


async def _routed(work: Work, case: Case, where: Elsewhere) -> _Found:
    row = await work.one(queries.LAST_DECISION, case_id=case.id)
    last = Inputs.from_json(row["inputs"]).need if row else Need(case.urgency)  # nothing was decided about what was split off
    need = replace(last, urgency=case.urgency, chosen=None, provider=where.provider)
    around = await _around(work, where.municipality_code or case.municipality_code)
    inputs = Inputs(need, around, frozenset(), work.at, work.organisation)
    try:
        return _Found(inputs, inputs.decide())
    except NobodyLeft:
        place = f"{around.municipality_name} ({around.municipality_code})"
        raise NobodyToTransferTo(
            f"Around {place} nobody can take this case over, for what was asked. Ask for another place or another kind, or name"
            " an organisation. GET /v1/routing/preview tells of everybody there why not. Nothing was changed."
        ) from None


async def _around(work: Work, code: str) -> Surroundings:
    try:
        return await directory.around(work, code)
    except PlaceUnknown as problem:
        fault = FieldError("/transfer/municipalityCode", "unknown", "The code of a municipality of today.")
        raise Invalid(f"{problem.detail} Nothing was changed.", errors=[fault]) from None


async def _store(work: Work, case: Case, new: NewHandover, found: UUID | _Found) -> UUID:
    handover_id = new_id(work.at)
    if new.words:
        await vault.load_key(work, case.id)
    work.write(
        handover_table,
        id=handover_id,
        case_id=case.id,
        what=new.what,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        asked_at=work.at,
        reason=new.reason,
        warm=new.spoken is not None,
        municipality_code=found.inputs.around.municipality_code if isinstance(found, _Found) else None,
        provider=new.elsewhere.provider if new.elsewhere else None,
        stay_role=new.stay.role if new.stay else None,
        stay_purpose=new.stay.purpose if new.stay else None,
        sealed=vault.seal(work, case.id, new.words) if new.words else None,
    )
    return handover_id
