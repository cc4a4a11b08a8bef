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
    """An organisation is asked to take a case; until `acceptBy` it may accept or decline."""

    type: ClassVar[str] = "nl.nodus.case.offered.v1"
    example: ClassVar[Mapping[str, object]] = {
        "reference": "K7M4-2QXD-H",
        "urgency": "urgent",
        "flags": ("medical",),
        "municipality_code": "GM0363",
        "rung": "meldpunt",
    }
    offer_id: UUID
    reference: str
    organisation_id: UUID
    urgency: str
    flags: tuple[str, ...]
    municipality_code: str
    accept_by: datetime
    rung: str

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
    """An organisation has declined; the next one is being asked."""

    type: ClassVar[str] = "nl.nodus.offer.declined.v1"
    example: ClassVar[Mapping[str, object]] = {"reason": "no_capacity"}
    offer_id: UUID
    organisation_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(CaseEvent):
    """An organisation did not answer in time; the next one is being asked."""

    type: ClassVar[str] = "nl.nodus.offer.expired.v1"
    offer_id: UUID
    organisation_id: UUID


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
    """An organisation is no longer asked: the place was corrected, or the call was entered in error."""

    type: ClassVar[str] = "nl.nodus.offer.withdrawn.v1"
    offer_id: UUID
    organisation_id: UUID


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


EVENTS: Final[tuple[type[Event], ...]] = (
    CaseOffered,
    CaseAccepted,
    OfferDeclined,
    OfferExpired,
    OfferReminded,
    OfferWithdrawn,
    OfferHastened,
    OfferSeen,
)
