"""Handovers and owners on the wire."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.core.http import Line, Moment, Text, Wire
from app.routing.handovers import Elsewhere, Handover, HandoverReason, NewHandover, Owner, Spoken, Stay
from app.routing.need import ProviderKind
from app.routing.offers import OfferState, What
from app.routing.schemas.offers import OfferOut
from app.team.membership import TeamPurpose, TeamRole


class ElsewhereIn(Wire):
    """Where routing looks for the next owner, as it does for a new case."""

    municipality_code: str | None = Field(None, max_length=10, description="Default: where the case is")
    provider: ProviderKind | None = Field(None, description="Only this kind; default: whom the urgency asks for")


class SpokenIn(Wire):
    """A warm handover: you have spoken with them. Sealed."""

    spoken_with: Line
    spoken_at: Moment


class StayIn(Wire):
    """As what your organisation stays on the team once it is handed over; without, its access ends then."""

    role: TeamRole
    purpose: TeamPurpose


class HandoverIn(Wire):
    """Ask another to take your case over: an organisation that you name, or whom routing finds."""

    organisation_id: UUID | None = None
    transfer: ElsewhereIn | None = None
    reason: HandoverReason
    warm: SpokenIn | None = Field(None, description="With whom you have spoken about it, and when; without: a cold handover")
    conditions: Text | None = Field(None, description="Sealed; read by whoever is asked, with a purpose")
    answer_by: Moment | None = Field(None, description="Default by urgency: 15 minutes, an hour, four hours, three working days")
    stay: StayIn | None = None

    def asked(self) -> NewHandover:
        """The same as the room has it."""
        return NewHandover(
            reason=self.reason,
            organisation=self.organisation_id,
            elsewhere=Elsewhere(self.transfer.municipality_code, self.transfer.provider) if self.transfer else None,
            spoken=Spoken(self.warm.spoken_with, self.warm.spoken_at) if self.warm else None,
            conditions=self.conditions,
            answer_by=self.answer_by,
            stay=Stay(self.stay.role, self.stay.purpose) if self.stay else None,
        )


class HandoverOut(Wire):
    """A handover. Its words only when a purpose was given."""

    id: UUID
    case_id: UUID
    what: What
    from_organisation_id: UUID
    asked_at: Moment
    reason: HandoverReason
    warm: bool
    municipality_code: str | None = Field(description="Where routing looks; null when an organisation was named")
    provider: ProviderKind | None
    stays_as: TeamRole | None = Field(description="As what the old owner stays on the team")
    stays_for: TeamPurpose | None
    state: OfferState = Field(description="Of whoever was asked last. Only `accepted` gives the case another owner")
    answer_by: Moment
    offers: list[OfferOut] = Field(description="Whoever was asked, in order, as far as your organisation may see it")
    version: int
    conditions: str | None = None
    spoken_with: str | None = None
    spoken_at: str | None = None

    @classmethod
    def of(cls, handover: Handover, words: Mapping[str, Any] | None = None) -> Self:
        """The handover as the API shows it."""
        where, stay = handover.elsewhere, handover.stay
        return cls(
            id=handover.id,
            case_id=handover.case_id,
            what=handover.what,
            from_organisation_id=handover.organisation,
            asked_at=handover.asked_at,
            reason=handover.reason,
            warm=handover.warm,
            municipality_code=where.municipality_code if where else None,
            provider=where.provider if where else None,
            stays_as=stay.role if stay else None,
            stays_for=stay.purpose if stay else None,
            state=handover.state,
            answer_by=handover.offers[-1].accept_by,
            offers=[OfferOut.of(one) for one in handover.offers],
            version=handover.version,
            **(words or {}),
        )


class HandoversOut(Wire):
    """The handovers of a case, oldest first."""

    items: list[HandoverOut]


class OwnerOut(Wire):
    """An owner of a case."""

    organisation_id: UUID
    since: Moment
    until: Moment | None = Field(description="Null: it owns the case now")
    what: What = Field(description="How it came to it: assigned when it was new, handed over, or transferred by routing")
    from_organisation_id: UUID | None
    reason: HandoverReason | None
    warm: bool | None
    offer_id: UUID | None = Field(description="Null: nobody was asked, since it split the case off from one of its own")

    @classmethod
    def of(cls, owner: Owner) -> Self:
        """The owner as the API shows it."""
        return cls(
            organisation_id=owner.organisation,
            since=owner.since,
            until=owner.until,
            what=owner.what,
            from_organisation_id=owner.from_organisation,
            reason=owner.reason,
            warm=owner.warm,
            offer_id=owner.offer,
        )


class OwnersOut(Wire):
    """Who owned a case, from the first on."""

    items: list[OwnerOut]
