"""Offers and decisions on the wire."""

from uuid import UUID

from pydantic import Field

from app.core.http import Line as OneLine
from app.core.http import Moment, Wire
from app.routing.ladder import Rung
from app.routing.offers import DeclineReason, Offer, OfferState, What
from app.routing.service.explain import Explained
from app.routing.service.preview import Preview


class OfferOut(Wire):
    """An offer. What it is about is behind the case, once accepted."""

    id: UUID
    case_id: UUID
    organisation_id: UUID
    rung: Rung
    state: OfferState
    urgency: str
    flags: list[str]
    municipality_code: str
    offered_at: Moment
    accept_by: Moment
    reminders: int
    answered_at: Moment | None
    reason: str | None
    version: int
    seen_at: Moment | None = Field(None, description="When whoever is asked said that it has seen it; stops nothing")
    what: What = Field(What.ASSIGNMENT, description="To take a new case, or to take one over that its owner has until then")
    handover_id: UUID | None = Field(None, description="The handover, where the conditions are read")
    from_organisation_id: UUID | None = Field(None, description="The owner that hands the case over")

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        """The offer as the API shows it."""
        return cls(
            id=offer.id,
            case_id=offer.case_id,
            organisation_id=offer.organisation,
            rung=offer.rung,
            state=offer.state,
            urgency=offer.urgency,
            flags=list(offer.flags),
            municipality_code=offer.municipality_code,
            offered_at=offer.offered_at,
            accept_by=offer.accept_by,
            reminders=offer.reminders,
            answered_at=offer.answered_at,
            reason=offer.reason,
            version=offer.version,
            seen_at=offer.seen_at,
            what=offer.what,
            handover_id=offer.handover,
            from_organisation_id=offer.from_organisation,
        )


class AcceptanceIn(Wire):
    """Accept an offer. `coordinator` is who will coordinate the case, in your own words: a function rather than a name."""

    coordinator: OneLine | None = None


class AcceptanceOut(Wire):
    """Your organisation is responsible now."""

    offer: OfferOut
    case_id: UUID
    case_version: int
    first_contact_by: Moment = Field(
        description="The next deadline. Of a case that was handed over: by when you must do something"
    )


class DeclineIn(Wire):
    """Decline an offer."""

    reason: DeclineReason = Field(description="Why, from a closed list")


class DeclineOut(Wire):
    """Somebody else is being asked now; or, of a case that was to be handed over and nobody is left, its owner keeps it."""

    offer_id: UUID
    state: OfferState
    reason: DeclineReason


class CandidateOut(Wire):
    """A candidate of a decision, and why it was taken or passed over."""

    organisation_id: UUID
    name: str
    rung: Rung
    taken: bool
    code: str
    text: str


class DecisionOut(Wire):
    """One decision."""

    id: UUID
    at: Moment
    rules: str
    directory_version: int
    offered_to: UUID
    accept_by: Moment
    candidates: list[CandidateOut]
    replayed: bool = Field(description="Replayed from the stored inputs, the rules of today say the same")

    @classmethod
    def of(cls, told: Explained) -> "DecisionOut":
        """The decision as the API shows it."""
        return cls(
            id=told.id,
            at=told.at,
            rules=told.rules,
            directory_version=told.directory_version,
            offered_to=told.offered_to,
            accept_by=told.accept_by,
            candidates=[CandidateOut.model_validate(line, by_name=True) for line in told.lines],
            replayed=told.replayed,
        )


class RoutingOut(Wire):
    """Why a case went where it went."""

    decisions: list[DecisionOut]
    offers: list[OfferOut]


class RoutingPreviewOut(Wire):
    """What would be decided, and from what. Nothing of it is stored."""

    at: Moment
    known_at: Moment = Field(description="The directory was used as it was known at this moment")
    directory_version: int | None = Field(
        description="Its version; null for one before the present one, which is told by knownAt"
    )
    municipality_code: str
    municipality_name: str
    rules: str
    offered_to: UUID
    rung: Rung
    accept_by: Moment
    promised_at: Moment | None = Field(description="When a desk that is closed would ring back")
    candidates: list[CandidateOut]
    notes: list[str] = Field(description="What to know before trusting this")

    @classmethod
    def of(cls, told: Preview) -> "RoutingPreviewOut":
        """The preview as the API shows it."""
        decision = told.decision
        return cls(
            at=told.at,
            known_at=told.known.known_at,
            directory_version=told.directory_version,
            municipality_code=told.known.place.municipality_code,
            municipality_name=told.known.place.municipality_name,
            rules=decision.rules,
            offered_to=decision.offered_to,
            rung=decision.rung,
            accept_by=decision.accept_by,
            promised_at=decision.promised_at,
            candidates=[CandidateOut.model_validate(line.to_json(), by_name=True) for line in decision.lines],
            notes=list(told.notes),
        )
