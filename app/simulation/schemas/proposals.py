"""What a proposal changes, as it is written in a file or sent. Each change gives another snapshot."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from app.core.errors import Invalid
from app.core.http import Line, Moment, Wire
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import OpeningHours
from app.directory.surroundings import Desk, OutOfHours, Provider
from app.simulation import proposing
from app.simulation.proposing import Shift
from app.simulation.snapshot import Snapshot
from app.simulation.taking_turns import taken_in_turns

Codes = Annotated[list[Line], Field(min_length=1, max_length=400)]
ServiceName = Annotated[Line, Field(description="A service's id, or the name of its organisation when it has one service")]
HOURS = 'as {"weekly": {"0-4": ["09:00-17:00"]}, "closedOnHolidays": true}; 0 is Monday'


def _hours(told: dict[str, Any]) -> dict[str, Any]:
    try:
        OpeningHours.parse(told)
    except (ValueError, TypeError, AttributeError):
        raise ValueError(f"These are no opening hours: write them {HOURS}.") from None
    if unknown := told.keys() - {"always", "weekly", "closedOnHolidays", "exceptions"}:
        raise ValueError(f"Opening hours have always, weekly, closedOnHolidays and exceptions; {len(unknown)} other was sent.")
    return told


class HoursChanged(Wire):
    """A meldpunt opens at other hours."""

    change: Literal["hours"]
    service: ServiceName
    hours: dict[str, Any] = Field(description=HOURS)

    _parse = field_validator("hours")(_hours)

    def apply(self, snapshot: Snapshot, _period: Span) -> Snapshot:
        """The directory with it."""
        service = proposing.service_of(snapshot, self.service)
        return proposing.with_hours(snapshot, service, OpeningHours.parse(self.hours))


class OutOfHoursChanged(Wire):
    """A meldpunt promises something else while it is closed."""

    change: Literal["out_of_hours"]
    service: ServiceName
    out_of_hours: OutOfHours
    organisation: Line | None = Field(default=None, description="With named_provider: whoever answers instead, by id or name")

    def apply(self, snapshot: Snapshot, _period: Span) -> Snapshot:
        """The directory with it."""
        service = proposing.service_of(snapshot, self.service)
        named = proposing.organisation_of(snapshot, self.organisation) if self.organisation else None
        return proposing.with_out_of_hours(snapshot, service, self.out_of_hours, named)


class AreasAdded(Wire):
    """A service serves more municipalities."""

    change: Literal["areas_added"]
    service: ServiceName
    municipalities: Codes
    starts_on: date | None = None

    def apply(self, snapshot: Snapshot, _period: Span) -> Snapshot:
        """The directory with it."""
        service = proposing.service_of(snapshot, self.service)
        return proposing.with_areas(snapshot, service, self.municipalities, self.starts_on)


class AreasRemoved(Wire):
    """A service serves fewer municipalities."""

    change: Literal["areas_removed"]
    service: ServiceName
    municipalities: Codes
    ends_on: date | None = None

    def apply(self, snapshot: Snapshot, _period: Span) -> Snapshot:
        """The directory with it."""
        service = proposing.service_of(snapshot, self.service)
        return proposing.without_areas(snapshot, service, self.municipalities, self.ends_on)


class ProposedShiftIn(Wire):
    """Somebody's turn, from `starts_at` until `ends_at` (not included)."""

    starts_at: Moment
    ends_at: Moment
    participant: Line
    layer: int = Field(default=1, ge=1, le=99)


class ShiftsReplaced(Wire):
    """A care provider has these shifts, instead of all it had between the first and the last of them (or in the named period)."""

    change: Literal["shifts"]
    service: ServiceName
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    shifts: Annotated[list[ProposedShiftIn], Field(max_length=10_000)]
    besides: bool = Field(default=False, description="Besides the shifts it has, such as a cover on a higher layer")

    def apply(self, snapshot: Snapshot, period: Span) -> Snapshot:
        """The directory with it."""
        service = proposing.service_of(snapshot, self.service)
        made = [Shift(_span(one.starts_at, one.ends_at), one.participant, one.layer) for one in self.shifts]
        if self.besides:
            return proposing.with_shifts(snapshot, service, None, made)
        first = min((one.span.start for one in made), default=period.start)
        last = max((one.span.end for one in made), default=period.end)
        replaced = _span(self.starts_at or first, self.ends_at or last)
        return proposing.with_shifts(snapshot, service, replaced, made)


class RotationReplaced(Wire):
    """Participants of a care provider take turns at local hand-over times, instead of all shifts it had meanwhile.

    From the first hand-over on `starts_on` until the first one on `ends_on`.
    """

    change: Literal["rotation"]
    service: ServiceName
    participants: Annotated[list[Line], Field(min_length=1, max_length=100)]
    hand_over: Annotated[list[time], Field(min_length=1, max_length=24, description="Local times, such as 08:00 and 20:00")]
    starts_on: date | None = Field(default=None, description="Default: the first day of the simulated period")
    ends_on: date | None = Field(default=None, description="Default: the day after the simulated period")

    @field_validator("hand_over")
    @classmethod
    def _once(cls, times: list[time]) -> list[time]:
        if len(set(times)) < len(times) or any(one.tzinfo for one in times):
            raise ValueError("Each hand-over time once, as local time without an offset.")
        return times

    def apply(self, snapshot: Snapshot, period: Span) -> Snapshot:
        """The directory with it."""
        service = proposing.service_of(snapshot, self.service)
        first = self.starts_on or period.start.astimezone(AMSTERDAM).date()
        last = self.ends_on or period.end.astimezone(AMSTERDAM).date() + timedelta(days=1)
        if not timedelta() < last - first <= timedelta(days=800):
            raise Invalid("A rotation ends after it starts, at most 800 days later.")
        taken = taken_in_turns(self.participants, self.hand_over, first, (last - first).days)
        made = [Shift(one.span, one.participant) for one in taken]
        replaced = Span(made[0].span.start, made[-1].span.end)
        return proposing.with_shifts(snapshot, service, replaced, made)


class OrganisationAdded(Wire):
    """There is one more organisation, with one service; add another under the same name for a second one."""

    change: Literal["organisation_added"]
    name: Line
    kind: Literal["meldpunt", "crisis", "outreach"]
    municipalities: Codes
    minimum_age: int = Field(default=0, ge=0, le=130)
    rank: int = Field(default=1, ge=1, le=99)
    accepts: list[Literal["worry", "wvggz", "police"]] = Field(default=["worry", "wvggz", "police"])
    hours: dict[str, Any] = Field(default={"always": True}, description=HOURS)
    out_of_hours: Literal["none", "on_call", "national_desk", "waits"] = "none"

    _parse = field_validator("hours")(_hours)

    def apply(self, snapshot: Snapshot, _period: Span) -> Snapshot:
        """The directory with it."""
        organisation = proposing.made_organisation(self.name)

        def told(service: UUID) -> Desk | Provider:
            if self.kind != "meldpunt":
                return Provider(service, organisation, self.name, self.kind, self.rank, self.minimum_age, None)
            hours, rule = OpeningHours.parse(self.hours), OutOfHours(self.out_of_hours)
            accepts = frozenset[str](self.accepts)
            return Desk(service, organisation, self.name, accepts, self.minimum_age, hours, rule, None, self.rank)

        return proposing.with_service(snapshot, self.kind, self.municipalities, told)


class OrganisationEnded(Wire):
    """An organisation is no more."""

    change: Literal["organisation_ended"]
    organisation: Line = Field(description="By id or name")
    ends_on: date | None = None

    def apply(self, snapshot: Snapshot, _period: Span) -> Snapshot:
        """The directory without it."""
        return proposing.without_organisation(snapshot, proposing.organisation_of(snapshot, self.organisation), self.ends_on)


Change = Annotated[
    HoursChanged
    | OutOfHoursChanged
    | AreasAdded
    | AreasRemoved
    | ShiftsReplaced
    | RotationReplaced
    | OrganisationAdded
    | OrganisationEnded,
    Field(discriminator="change"),
]


class ProposalIn(Wire):
    """A directory or roster that is only imagined: today's, with these changes, one after the other."""

    title: Line
    changes: Annotated[list[Change], Field(min_length=1, max_length=200)]

    def apply(self, snapshot: Snapshot, period: Span, faulty: Callable[[int, str], Invalid]) -> Snapshot:
        """The directory with all of them; `faulty` makes the problem of a change, by its place."""
        for place, change in enumerate(self.changes):
            try:
                snapshot = change.apply(snapshot, period)
            except Invalid as fault:
                raise faulty(place, fault.detail) from None
        return snapshot


def _span(start: datetime, end: datetime) -> Span:
    if end <= start:
        raise Invalid("A shift, or the period of them, must end after it starts.")
    return Span(start.astimezone(UTC), end.astimezone(UTC))
