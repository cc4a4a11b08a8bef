"""Earlier calls on the wire: what is asked, the counts, and what opens their contents; and joining afterwards."""

from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.cases.lifecycle import Urgency
from app.core.http import Line, Moment, Wire
from app.intake.schemas.asked import PlaceIn
from app.intake.schemas.told import CallContents
from app.signals.marks import Kind
from app.vault.purpose import Purpose


class Why(StrEnum):
    """What the contents of earlier calls are needed for, while somebody is on the phone; logged with each of them."""

    DANGER = "danger"  # to judge how dangerous it is now
    SAME_PERSON = "same_person"  # to find out whether it is about the same person
    AGREEMENTS = "agreements"  # to hold on to what was agreed or advised
    HANDING_OVER = "handing_over"  # to tell whoever takes it over
    EARLY_SIGNAL = "early_signal"  # to judge an early signal


class SameIn(Wire):
    """Whom an earlier call may have been about."""

    name: Line | None = None
    birth_date: date | None = Field(None, description="A name is looked for with a date of birth only")
    phone: Line | None = None


class CallerPhoneIn(Wire):
    """Who rings now."""

    phone: Line | None = None


class EarlierIn(Wire):
    """What is known so far; at least an address, a telephone number, or a name with a date of birth."""

    place: PlaceIn = Field(default_factory=PlaceIn)
    person: SameIn = Field(default_factory=SameIn)
    caller: CallerPhoneIn = Field(default_factory=CallerPhoneIn)
    urgency: Urgency | None = Field(None, description="Of the call that is going on: then it counts for `urgencyRising`")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        places = (self.place.stay, self.place.residence)
        address = any(one and one.postcode and one.house_number for one in places)
        named = self.person.name and self.person.birth_date
        if not (address or named or self.person.phone or self.caller.phone):
            raise ValueError("Send a postcode with a house number, a telephone number, or a name with a date of birth.")
        return self


class MatchOut(Wire):
    """Calls that share an address, a telephone number, or a name and date of birth with this one, as counts."""

    kind: Kind
    sure: bool = Field(description="False: likely, such as another addition, or one name and the date of birth")
    in_90_days: int = Field(alias="in90Days")
    in_12_months: int = Field(alias="in12Months")
    ours: int = Field(description="How many of them your organisation took")
    last_on: date
    same_day: bool
    urgency_rising: bool = Field(description="The last in 90 days is more urgent than all before")
    other_municipality: bool
    open_case: bool
    joins: str | None = Field(description="For `joins` of a call, within the hour, when there is an open case")


class AskHereOut(Wire):
    """Another organisation has relevant information; ask there."""

    organisation_id: UUID
    name: str
    phone: str | None


class EarlierOut(Wire):
    """What there was before, as counts: it is a reason to ask on, not an answer about anybody."""

    matches: list[MatchOut]
    ask_here: list[AskHereOut]


class OpeningIn(EarlierIn):
    """What is known, what the contents are looked at for, and why they are needed now."""

    purpose: Purpose
    need: Why


class OpeningOut(Wire):
    """The newest calls that your organisation took, or whose case it owns; each look is logged."""

    items: list[CallContents]


class JoiningIn(Wire):
    """The open case that a call turns out to be about."""

    joins: Line = Field(description="Id or reference of the case, or `joins` of a look-up in the last hour")
    reason: "JoiningReason"


class JoiningReason(StrEnum):
    """How it turned out."""

    SAME_PERSON = "same_person"
    SAME_ADDRESS = "same_address"
    SAME_EVENT = "same_event"  # several people rang about one thing
    TOLD_BY_OWNER = "told_by_owner"


class SplittingReason(StrEnum):
    """Why a call does not belong to the case after all."""

    ANOTHER_PERSON = "another_person"
    ANOTHER_MATTER = "another_matter"
    MISTAKE = "mistake"


class SplittingIn(Wire):
    """Why."""

    reason: SplittingReason


class AboutOut(Wire):
    """A call after it joined a case, or was split off."""

    id: UUID
    joined_case_id: UUID | None
    case_id: UUID | None
    disposition: str
    accept_by: Moment | None = Field(description="When a case of its own was opened: until when somebody is asked")
    version: int


JoiningIn.model_rebuild()
