"""Rosters and rotations on the wire."""

from datetime import date, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.http import Line, Moment, Wire
from app.directory.rotations import Unit
from app.rosters.schemas.participants import Code, Day
from app.rosters.service.rosters import NamedRotation, RosterPlan

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Annotated[int, Field(ge=1, le=7)]


class RotationIn(Wire):
    """Who takes turns when, in local time; said as a whole."""

    name: Line
    layer: int = Field(1, ge=1, le=50, description="A higher layer goes before a lower one")
    unit: Unit = Field(description="What the length of a turn is counted in")
    every: int = Field(1, ge=1, le=400, description="So many units a turn")
    hand_over: Clock = Field(description="Local time of the first hand-over; later ones follow by the length of a turn")
    starts_on: Day
    ends_on: Day | None = Field(None, description="From the hand-over time of this day on there are no more turns")
    participants: list[UUID] = Field(default_factory=list, max_length=100, description="In the order of their turns")
    weekdays: list[Weekday] = Field(
        default_factory=lambda: list(range(1, 8)), min_length=1, max_length=7, description="ISO: Monday is 1"
    )
    day_from: Clock | None = Field(None, description="Only from this local time on …")
    day_to: Clock | None = Field(None, description="… until this one, which may lie after midnight")
    seats: int = Field(0, ge=0, le=20, description="For a roster of kind sign_up: so many may sign up for each slot")
    qualification: Code | None = Field(None, description="What one must be qualified for to sign up")

    def told(self) -> dict[str, Any]:
        """As the service takes it."""
        clocks = {key: getattr(self, key) for key in ("hand_over", "day_from", "day_to")}
        return self.model_dump() | {key: time.fromisoformat(value) if value else None for key, value in clocks.items()}


class RotationOut(Wire):
    """A rotation."""

    id: UUID
    name: str
    layer: int
    unit: Unit
    every: int
    hand_over: str
    starts_on: date
    ends_on: date | None
    participants: list[UUID]
    weekdays: list[int]
    day_from: str | None
    day_to: str | None
    seats: int
    qualification: str | None
    version: int

    @classmethod
    def of(cls, one: NamedRotation) -> "RotationOut":
        """As it is shown."""
        rotation = one.rotation
        return cls(
            id=rotation.id,
            name=one.name,
            layer=rotation.layer,
            unit=rotation.unit,
            every=rotation.every,
            hand_over=_clock(rotation.hand_over) or "",
            starts_on=rotation.starts_on,
            ends_on=rotation.ends_on,
            participants=list(rotation.participants),
            weekdays=sorted(rotation.weekdays),
            day_from=_clock(rotation.day_from),
            day_to=_clock(rotation.day_to),
            seats=rotation.seats,
            qualification=rotation.qualification,
            version=one.version,
        )


class RosterIn(Wire):
    """A new roster of one of your services."""

    service_id: UUID
    name: Line
    kind: Literal["rotation", "sign_up"] = "rotation"
    area: Line | None = Field(None, description="What part of the service's area it is for, in your own words")
    confirms: bool = Field(True, description="Whether participants are asked to confirm a shift before it begins")
    rotations: list[RotationIn] = Field(default_factory=list, max_length=40)

    def told(self) -> dict[str, Any]:
        """As the service takes it, without the rotations."""
        return self.model_dump(exclude={"rotations"})


class RosterChange(Wire):
    """Everything about a roster, save its kind and its rotations."""

    service_id: UUID
    name: Line
    area: Line | None = None
    confirms: bool = True
    ends_on: Day | None = Field(None, description="The first day without duty by this roster")


class RosterOut(Wire):
    """A roster with its rotations."""

    id: UUID
    organisation_id: UUID
    service_id: UUID
    line: str
    name: str
    kind: str
    area: str | None
    confirms: bool
    ends_on: date | None
    generated_until: Moment | None = Field(description="Shifts are made ahead to here")
    rotations: list[RotationOut]
    version: int

    @classmethod
    def of(cls, one: RosterPlan) -> "RosterOut":
        """As it is shown."""
        kept = ("organisation_id", "kind", "area", "confirms", "ends_on", "generated_until", "version")
        return cls(
            id=one.roster.id,
            service_id=one.roster.service_id,
            line=one.roster.line,
            name=one.roster.name,
            rotations=[RotationOut.of(rotation) for rotation in one.rotations],
            **{key: one.plan[key] for key in kept},
        )


def _clock(at: time | None) -> str | None:
    return at.strftime("%H:%M") if at else None
