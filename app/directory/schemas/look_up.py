"""The directory on the wire."""

from uuid import UUID

from app.core.http import Line, Moment, Wire
from app.directory.opening_hours import closes_at, is_open, next_opening
from app.directory.surroundings import Desk, Provider, Surroundings


class MunicipalityOut(Wire):
    """A municipality and the regions it lies in; no two of these partitions are equal."""

    code: str
    name: str
    safety_region: str
    ggd_region: str
    police_unit: str
    province: str


class MunicipalityPage(Wire):
    """A page of municipalities, by code."""

    items: list[MunicipalityOut]
    next: str | None


class DeskOut(Wire):
    """A meldpunt that serves a municipality."""

    organisation_id: UUID
    name: str
    accepts: list[str]
    minimum_age: int
    is_open: bool
    closes_at: Moment | None
    opens_at: Moment | None
    out_of_hours: str

    @classmethod
    def of(cls, desk: Desk, at: Moment) -> "DeskOut":
        """The desk as it is at a moment."""
        opened = is_open(desk.hours, at)
        return cls(
            organisation_id=desk.organisation_id,
            name=desk.name,
            accepts=sorted(desk.accepts),
            minimum_age=desk.minimum_age,
            is_open=opened,
            closes_at=closes_at(desk.hours, at),
            opens_at=None if opened else next_opening(desk.hours, at),
            out_of_hours=desk.out_of_hours,
        )


class ProviderOut(Wire):
    """A care provider on a line, and whose shift runs now."""

    organisation_id: UUID
    name: str
    line: str
    on_duty: str | None
    on_duty_until: Moment | None

    @classmethod
    def of(cls, provider: Provider) -> "ProviderOut":
        """The provider as the API shows it."""
        return cls(
            organisation_id=provider.organisation_id,
            name=provider.name,
            line=provider.line,
            on_duty=provider.duty.participant if provider.duty else None,
            on_duty_until=provider.duty.until if provider.duty else None,
        )


class SurroundingsOut(Wire):
    """Who serves a municipality at this moment."""

    municipality_code: str
    municipality_name: str
    directory_version: int
    at: Moment
    desks: list[DeskOut]
    providers: list[ProviderOut]

    @classmethod
    def of(cls, around: Surroundings, at: Moment) -> "SurroundingsOut":
        """The surroundings as the API shows them."""
        return cls(
            municipality_code=around.municipality_code,
            municipality_name=around.municipality_name,
            directory_version=around.version,
            at=at,
            desks=[DeskOut.of(desk, at) for desk in around.desks],
            providers=[ProviderOut.of(provider) for provider in around.providers],
        )


class PlaceAsked(Wire):
    """A place to find the municipality of. It is sent in a body: addresses don't belong in URLs."""

    postcode: Line | None = None
    municipality_code: Line | None = None
    house_number: Line | None = None


class PlaceFound(Wire):
    """The municipality of a place, and how it was told."""

    municipality_code: str
    municipality_name: str
    how: str


class ShiftOut(Wire):
    """Somebody's turn on a roster."""

    id: UUID
    roster_id: UUID
    roster_name: str
    line: str
    layer: int
    starts_at: Moment
    ends_at: Moment
    participant: str


class ShiftsOut(Wire):
    """The shifts of a period."""

    items: list[ShiftOut]
