"""An owner asks another to take its case over: what is asked, how long it stands, and what became of it.

Until somebody accepts, the old owner stays responsible, and nothing of its work stops. Sources: domain.md, Case ("handing over
moves the owner without leaving the state, on acceptance"); peers.md N12 (silence is an event).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.core.errors import FieldError, Invalid
from app.directory.holidays import add_working_days
from app.routing.need import ProviderKind
from app.routing.offers import Offer, OfferState, What
from app.team.membership import TeamPurpose, TeamRole

# ⚙ How long whoever is named has to answer; longer than for a new case, since somebody is with this one.
ANSWER_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.ACUTE: timedelta(minutes=15),
        Urgency.CRISIS: timedelta(hours=1),
        Urgency.URGENT: timedelta(hours=4),
    }
)
ANSWER_WORKING_DAYS: Final = 3  # ⚙
LONGEST: Final = timedelta(days=14)  # ⚙ nobody waits for an answer for ever


class HandoverReason(StrEnum):
    """Why an owner hands over: a closed list, so that it can be learnt from."""

    MOVED = "moved"  # the person lives or stays in another area now
    OTHER_EXPERTISE = "other_expertise"
    CARE_STARTED = "care_started"  # they are with the person already
    PERSON_ASKED = "person_asked"
    TEMPORARY = "temporary"  # it was taken for want of another, as the national desk does
    TASK_ENDED = "task_ended"  # law or contract gives it to another
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stay:
    """As what the old owner stays on the team."""

    role: TeamRole
    purpose: TeamPurpose


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where routing looks for the next owner; without a municipality: around the case's own."""

    municipality_code: str | None = None
    provider: ProviderKind | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A warm handover: with whom it was spoken about, and when."""

    with_whom: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewHandover:
    """What an owner asks. Exactly one of `organisation` and `elsewhere` says whom. `spoken`: None when it is cold."""

    reason: HandoverReason
    organisation: UUID | None = None
    elsewhere: Elsewhere | None = None
    spoken: Spoken | None = None
    conditions: str | None = None
    answer_by: datetime | None = None
    stay: Stay | None = None

    @property
    def what(self) -> What:
        """Named, or found by routing."""
        return What.HANDOVER if self.organisation else What.TRANSFER

    @property
    def words(self) -> dict[str, str]:
        """What of it is sealed."""
        told = {"conditions": self.conditions}
        if self.spoken:
            told |= {"spoken_with": self.spoken.with_whom, "spoken_at": self.spoken.at.isoformat()}
        return {name: said for name, said in told.items() if said}


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover in codes, with everybody who was asked, in order; its words are read with a purpose."""

    id: UUID
    case_id: UUID
    what: What
    organisation: UUID
    asked_at: datetime
    reason: HandoverReason
    warm: bool
    elsewhere: Elsewhere | None
    stay: Stay | None
    offers: tuple[Offer, ...]

    @property
    def state(self) -> OfferState:
        """What became of it: of whoever was asked last."""
        return self.offers[-1].state

    @property
    def version(self) -> int:
        """It grows with everything that happens to it."""
        return sum(offer.version for offer in self.offers)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owned a case from when until when (None: it does), how it came to it, and from whom."""

    organisation: UUID
    since: datetime
    until: datetime | None
    what: What
    from_organisation: UUID | None
    reason: HandoverReason | None
    warm: bool | None
    offer: UUID | None  # None: it split the case off from one of its own


def answer_by(urgency: Urgency, at: datetime) -> datetime:
    """By when whoever is named must answer, if the owner says nothing, UTC: elapsed time, or working days."""
    within = ANSWER_WITHIN.get(urgency)
    return at + within if within else add_working_days(at, ANSWER_WORKING_DAYS)


def insist_on_sense(new: NewHandover, owner: UUID, at: datetime) -> None:
    """Refuse what can't be meant.

    Raises:
        Invalid: to oneself; to nobody, or to two at once; spoken about in the future, or with nobody knows whom; a moment past
            or too far, or one for routing; each with its pointer.
    """
    faults = []
    if (new.organisation is None) == (new.elsewhere is None):
        faults.append(FieldError("/organisationId", "one_of", "Name an organisation, or say in `transfer` where routing looks."))
    if new.organisation == owner:
        faults.append(FieldError("/organisationId", "owner", "Your organisation has the case already."))
    if new.elsewhere and new.spoken:
        told = "Nobody knows yet who will take it: name the organisation that you spoke with, or leave this out."
        faults.append(FieldError("/warm", "not_in_a_transfer", told))
    if new.spoken and new.spoken.at > at:
        faults.append(FieldError("/warm/spokenAt", "future", "Not later than now: hand over when you have spoken."))
    if new.elsewhere and new.answer_by:
        faults.append(FieldError("/answerBy", "not_in_a_transfer", "Each who is asked has the time of routing's own ladder."))
    elif new.answer_by and not at < new.answer_by <= at + LONGEST:
        faults.append(FieldError("/answerBy", "moment", f"A moment in the coming {LONGEST.days} days."))
    if faults:
        raise Invalid("The case can't be handed over so. Nothing was changed.", errors=faults)


def handover_of(row: Mapping[str, Any], offers: Sequence[Offer]) -> Handover:
    """The handover in a row, with its offers."""
    what = What(row["what"])
    provider = ProviderKind(row["provider"]) if row["provider"] else None
    return Handover(
        id=row["id"],
        case_id=row["case_id"],
        what=what,
        organisation=row["organisation_id"],
        asked_at=row["asked_at"],
        reason=HandoverReason(row["reason"]),
        warm=row["warm"],
        elsewhere=Elsewhere(row["municipality_code"], provider) if what is What.TRANSFER else None,
        stay=Stay(TeamRole(row["stay_role"]), TeamPurpose(row["stay_purpose"])) if row["stay_role"] else None,
        offers=tuple(one for one in offers if one.handover == row["id"]),
    )


def owner_of(row: Mapping[str, Any]) -> Owner:
    """A link of the chain of owners in a row."""
    reason = HandoverReason(row["reason"]) if row["reason"] else None
    return Owner(
        row["organisation_id"], row["since"], row["until"], What(row["what"]), row["from_organisation_id"], reason, row["warm"],
        row["offer_id"],
    )  # fmt: skip
