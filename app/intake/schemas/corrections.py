"""Corrections on the wire."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from app.cases.lifecycle import State
from app.core.http import Line, Moment, Text, Wire


class ChangeIn(Wire):
    """A field and what it must say."""

    field: Line = Field(description="Such as `worry`, `caller.name`, `answers.weapon`, `place.stay`")
    value: Any = Field(description="As in a call; null: not known, or not asked")


class AmendmentIn(Wire):
    """What a call should have said, and why it is corrected."""

    changes: list[ChangeIn] = Field(min_length=1, max_length=50)
    reason: Text
    reroute: bool = Field(False, description="With another municipality, while nobody has accepted: ask whoever serves that one")


class CorrectedOut(Wire):
    """What the correction did, and what it did not do by itself."""

    amendment_id: UUID
    version: int
    reversible_until: Moment
    urgency: str | None
    urgency_would_be: str = Field(description="Of the corrected answers. Lower than `urgency`: it is not lowered by itself")
    urgency_raised: bool
    needs_somebody: bool = Field(description="It is urgent now and nobody is responsible: send it as a report")
    case_id: UUID | None = Field(
        None, description="The call had joined a case that is less urgent than it is now: it has this one of its own, offered"
    )
    municipality_was: str | None
    municipality_is: str | None
    place: str | None = Field(
        description="With another municipality: `rerouted`, `can_be_rerouted`, `owner_decides`; `unknown`: nobody knows where"
    )


class AmendedField(Wire):
    """What a field said, and what it was made to say."""

    field: str
    before: Any
    after: Any


class AmendmentOut(Wire):
    """A correction: who, when, why, and what it said before."""

    id: UUID
    at: Moment
    key_id: UUID | None
    reason: str
    changes: list[AmendedField]
    version: int
    reversible_until: Moment
    undone_at: Moment | None
    undone_by: UUID | None


class AmendmentsOut(Wire):
    """The corrections of a call, oldest first, undone ones too."""

    items: list[AmendmentOut]


class ErrorIn(Wire):
    """Why a call was an error."""

    reason: Text | None = Field(None, description="May be left out for some seconds after it was sent, while nobody has accepted")


class MarkedOut(Wire):
    """What became of the call and its case."""

    call_id: UUID
    version: int
    in_error_at: Moment | None
    case: str | None = Field(
        description="`withdrawn`; `owner_decides`: it was accepted, or other calls joined it, and it goes on; `offered_again`;"
        " `reopened`: its owner had agreed"
    )
    reversible_until: Moment | None


class AgreedOut(Wire):
    """Where a case stands whose call was entered in error."""

    case_id: UUID
    state: State
    version: int
    reversible_until: Moment | None = Field(description="Until when its owner may come back on it")


class GradedBy(StrEnum):
    """Who gave the grade."""

    CRISIS_SERVICE = "crisis_service"
    EMERGENCY_DEPARTMENT = "emergency_department"
    GENERAL_PRACTITIONER = "general_practitioner"
    OTHER = "other"


class GradeIn(Wire):
    """The crisis service's own grade; it never replaces our urgency."""

    grade: str = Field(pattern=r"^[A-Za-z0-9+.\-]{1,16}$", description="Its code")
    scale: str = Field("ggz-triagewijzer", pattern=r"^[a-z0-9\-]{1,40}$")
    scale_version: str = Field("2017", pattern=r"^[A-Za-z0-9.\-]{1,16}$")
    by: GradedBy = GradedBy.CRISIS_SERVICE
    at: Moment


class GradeOut(Wire):
    """A grade as it was told."""

    id: UUID
    case_id: UUID
    grade: str
    scale: str
    scale_version: str
    by: GradedBy
    at: Moment
    recorded_at: Moment
    organisation_id: UUID


class GradesOut(Wire):
    """The grades of a case, oldest first."""

    items: list[GradeOut]


class SamePersonReason(StrEnum):
    """Why two cases are about one person."""

    SAME_NAME_AND_BIRTH = "same_name_and_birth"
    SAME_ADDRESS = "same_address"
    SAID_BY_CALLER = "said_by_caller"
    FOUND_IN_CONTACT = "found_in_contact"
    OTHER = "other"


class SamePersonIn(Wire):
    """The other case, and how it is known."""

    case_id: UUID
    reason: SamePersonReason


class SamePersonOut(Wire):
    """Two cases about one person."""

    id: UUID
    case_id: UUID = Field(description="The other case")
    reason: SamePersonReason
    at: Moment
    organisation_id: UUID
    reversible_until: Moment
    undone_at: Moment | None


class SamePersonsOut(Wire):
    """The cases about the same person, undone links too."""

    items: list[SamePersonOut]
