"""Participants on the wire."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.core.http import Line, Wire
from app.rosters.participants import Participant
from app.rosters.periods import FIRST, LAST


def _of_this_century(day: date) -> date:
    if not FIRST <= day.year < LAST:
        raise ValueError(f"Choose a day from {FIRST} to {LAST - 1}.")
    return day


Day = Annotated[date, AfterValidator(_of_this_century)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{2,30}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^\s@]{1,64}@[^\s@]{1,180}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]


class ParticipantIn(Wire):
    """Who takes shifts; said as a whole."""

    name: Line = Field(description="Of a person, or of a function such as `night nurse 2`")
    phone: Phone | None = None
    email: Email | None = None
    qualifications: list[Code] = Field(default_factory=list, max_length=30, description="Codes of your own")
    ends_on: Day | None = Field(None, description="The first day on which they take no shifts any more")

    def told(self) -> dict[str, Any]:
        """As the service takes it."""
        return {**self.model_dump(), "qualifications": tuple(sorted(set(self.qualifications)))}


class ParticipantOut(Wire):
    """A participant."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    qualifications: list[str]
    ends_on: date | None
    is_reachable: bool = Field(description="Whether there is a telephone number or an e-mail address")
    version: int

    @classmethod
    def of(cls, one: Participant) -> "ParticipantOut":
        """As it is shown."""
        return cls(
            id=one.id,
            name=one.name,
            phone=one.phone,
            email=one.email,
            qualifications=list(one.qualifications),
            ends_on=one.ends_on,
            is_reachable=one.is_reachable,
            version=one.version,
        )
