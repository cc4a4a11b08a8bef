"""An offer, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.routing.ladder import Rung


class OfferState(StrEnum):
    """What became of an offer."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class What(StrEnum):
    """What is asked of whoever is offered a case."""

    ASSIGNMENT = "assignment"  # to take a case that nobody has yet
    HANDOVER = "handover"  # to take over the case of another, who named it
    TRANSFER = "transfer"  # the same; routing found it


class DeclineReason(StrEnum):
    """Why an organisation declines: a closed list, so that it can be learnt from."""

    WRONG_AREA = "wrong_area"
    WRONG_KIND = "wrong_kind"
    NO_CAPACITY = "no_capacity"
    KNOWN_ELSEWHERE = "known_elsewhere"
    MINIMUM_AGE = "minimum_age"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Offer:
    """An organisation being asked to take a case (aanbod)."""

    id: UUID
    case_id: UUID
    organisation: UUID
    intake_organisation: UUID
    rung: Rung
    state: OfferState
    urgency: Urgency
    flags: tuple[str, ...]
    municipality_code: str
    offered_at: datetime
    accept_by: datetime
    next_call_at: datetime
    reminders: int
    answered_at: datetime | None
    reason: str | None
    version: int
    seen_at: datetime | None = None
    what: What = What.ASSIGNMENT
    handover: UUID | None = None
    from_organisation: UUID | None = None

    @property
    def tells(self) -> tuple[UUID, ...]:
        """Who hears what becomes of it: who is asked, who took the case in, and who hands it over."""
        told = (self.organisation, self.intake_organisation, self.from_organisation)
        return tuple(dict.fromkeys(one for one in told if one))

    def has_expired(self, at: datetime) -> bool:
        """Whether its time has run out. The last rung's never does, nor that of whoever was reminded for want of a next one."""
        return self.rung is not Rung.NATIONAL_DESK and max(self.accept_by, self.next_call_at) <= at


def offer_of(row: Mapping[str, Any]) -> Offer:
    """The offer in a row."""
    return Offer(
        id=row["id"],
        case_id=row["case_id"],
        organisation=row["organisation_id"],
        intake_organisation=row["intake_organisation_id"],
        rung=Rung(row["rung"]),
        state=OfferState(row["state"]),
        urgency=Urgency(row["urgency"]),
        flags=tuple(row["flags"]),
        municipality_code=row["municipality_code"],
        offered_at=row["offered_at"],
        accept_by=row["accept_by"],
        next_call_at=row["next_call_at"],
        reminders=row["reminders"],
        answered_at=row["answered_at"],
        reason=row["reason"],
        version=row["version"],
        seen_at=row["seen_at"],
        what=What(row["what"]),
        handover=row["handover_id"],
        from_organisation=row["from_organisation_id"],
    )
