"""What happens to an offer. Ids, codes and moments only: who may read more reads it at `dataref`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.cases.lifecycle import PRESSING
from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOffered(CaseEvent):
    """An organisation is asked to take a case; until `acceptBy` it may accept or decline.

    `what`: assignment (nobody has it yet), handover or transfer (its owner, `fromOrganisationId`, has it until then).
    """

    type: ClassVar[str] = "nl.nodus.case.offered.v1"
    example: ClassVar[Mapping[str, object]] = {
        "reference": "K7M4-2QXD-H",
        "urgency": "urgent",
        "flags": ("medical",),
        "municipality_code": "GM0363",
        "rung": "meldpunt",
        "what": "assignment",
    }
    offer_id: UUID
    reference: str
    organisation_id: UUID
    urgency: str
    flags: tuple[str, ...]
    municipality_code: str
    accept_by: datetime
    rung: str
    what: str = "assignment"
    from_organisation_id: UUID | None = None

    @property
    def pressing(self) -> bool:
        """Whether somebody must act within the hour or so."""
        return self.urgency in PRESSING


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccepted(CaseEvent):
    """An organisation has accepted: it is responsible, and must make a first contact by `firstContactBy`."""

    type: ClassVar[str] = "nl.nodus.case.accepted.v1"
    offer_id: UUID
    organisation_id: UUID
    first_contact_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(CaseEvent):
    """An organisation has declined; the next one is being asked, or the case stays with the owner that would hand it over."""

    type: ClassVar[str] = "nl.nodus.offer.declined.v1"
    example: ClassVar[Mapping[str, object]] = {"reason": "no_capacity", "what": "assignment"}
    offer_id: UUID
    organisation_id: UUID
    reason: str
    what: str = "assignment"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(CaseEvent):
    """An organisation did not answer in time; what then is as with `declined`."""

    type: ClassVar[str] = "nl.nodus.offer.expired.v1"
    example: ClassVar[Mapping[str, object]] = {"what": "assignment"}
    offer_id: UUID
    organisation_id: UUID
    what: str = "assignment"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReminded(CaseEvent):
    """The last rung has not accepted in time; its offer stands, and it is told again."""

    type: ClassVar[str] = "nl.nodus.offer.reminded.v1"
    offer_id: UUID
    organisation_id: UUID
    reminders: int
    accept_by: datetime

    @property
    def pressing(self) -> bool:
        """Nobody else is left to ask."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(CaseEvent):
    """An organisation is no longer asked: the place was corrected, the call entered in error, or the owner keeps its case."""

    type: ClassVar[str] = "nl.nodus.offer.withdrawn.v1"
    example: ClassVar[Mapping[str, object]] = {"what": "assignment"}
    offer_id: UUID
    organisation_id: UUID
    what: str = "assignment"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHastened(CaseEvent):
    """What is asked is more urgent than was thought: the answer is needed by `acceptBy`, which may be sooner than it was."""

    type: ClassVar[str] = "nl.nodus.offer.hastened.v1"
    example: ClassVar[Mapping[str, object]] = {"urgency": "crisis", "flags": ("suicide",)}
    offer_id: UUID
    organisation_id: UUID
    urgency: str
    flags: tuple[str, ...]
    accept_by: datetime

    @property
    def pressing(self) -> bool:
        """Whether somebody must act within the hour or so."""
        return self.urgency in PRESSING


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen(CaseEvent):
    """Whoever is asked has seen the offer. Its time runs on: only accepting or declining answers it."""

    type: ClassVar[str] = "nl.nodus.offer.seen.v1"
    offer_id: UUID
    organisation_id: UUID
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHandedOver(CaseEvent):
    """A case has another owner: it is responsible from now on, and must have done something in it by `actBy`.

    `reason` is why it was handed over; `fromStays`: the old owner is on the team now.
    """

    type: ClassVar[str] = "nl.nodus.case.handed_over.v1"
    example: ClassVar[Mapping[str, object]] = {"what": "handover", "reason": "moved", "municipality_code": "GM0363"}
    offer_id: UUID
    handover_id: UUID
    organisation_id: UUID
    from_organisation_id: UUID
    what: str
    reason: str
    warm: bool
    from_stays: bool
    municipality_code: str
    act_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverReturned(CaseEvent):
    """Nobody has taken the case over: its owner stays responsible, and asks another when it still wants to hand over.

    `how` the last who was asked left it: declined or expired.
    """

    type: ClassVar[str] = "nl.nodus.handover.returned.v1"
    example: ClassVar[Mapping[str, object]] = {"what": "transfer", "how": "expired"}
    handover_id: UUID
    organisation_id: UUID
    what: str
    how: str


EVENTS: Final[tuple[type[Event], ...]] = (
    CaseOffered,
    CaseAccepted,
    OfferDeclined,
    OfferExpired,
    OfferReminded,
    OfferWithdrawn,
    OfferHastened,
    OfferSeen,
    CaseHandedOver,
    HandoverReturned,
)
