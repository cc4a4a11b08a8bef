"""The directory on the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.http import Line, Moment, Wire
from app.directory.channels import Caller, reach, ways_for
from app.directory.opening_hours import OpeningHours, closes_at, is_open, next_opening
from app.directory.schemas.organisations import ContactWayOut
from app.directory.surroundings import Desk, Provider, Surroundings

Told = Mapping[str, Any]


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


class ChannelOut(Wire):
    """A channel as it is now, for whom."""

    channel: str
    caller: str
    is_open: bool
    closes_at: Moment | None
    opens_at: Moment | None


class ReachOut(Wire):
    """How a service is reached now. Without channels nobody has told when by what."""

    service_id: UUID
    languages: list[str]
    channels: list[ChannelOut] = Field(description="Those for this caller, open ones first")
    contact_ways: list[ContactWayOut] = Field(description="Those for this caller")

    @staticmethod
    def told(reached: Told, caller: Caller, at: datetime) -> dict[str, Any]:
        """The fields, from what the directory says."""
        return {
            "service_id": reached["id"],
            "languages": reached["languages"],
            "channels": [ChannelOut(**asdict(one)) for one in reach(reached["channels"], caller, at)],
            "contact_ways": ways_for(reached["contact_ways"], caller),
        }


class DeskOut(ReachOut):
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
    def of(cls, desk: Desk, reached: dict[str, Any], at: Moment) -> "DeskOut":
        """The desk as it is at a moment."""
        return cls(
            **reached,
            **_opening(desk.hours, at),
            organisation_id=desk.organisation_id,
            name=desk.name,
            accepts=sorted(desk.accepts),
            minimum_age=desk.minimum_age,
            out_of_hours=desk.out_of_hours,
        )


class ProviderOut(ReachOut):
    """A care provider on a line, and whose shift runs now."""

    organisation_id: UUID
    name: str
    line: str
    on_duty: str | None
    on_duty_until: Moment | None

    @classmethod
    def of(cls, provider: Provider, reached: dict[str, Any]) -> "ProviderOut":
        """The provider as the API shows it."""
        return cls(
            **reached,
            organisation_id=provider.organisation_id,
            name=provider.name,
            line=provider.line,
            on_duty=provider.duty.participant if provider.duty else None,
            on_duty_until=provider.duty.until if provider.duty else None,
        )


class OtherOut(ReachOut):
    """A service that callers may be told of: for hand-offs, or for a part of the municipality (`postcodes`) only."""

    organisation_id: UUID
    name: str
    kind: str
    postcodes: list[str] | None
    is_open: bool
    closes_at: Moment | None
    opens_at: Moment | None

    @classmethod
    def of(cls, told: Told, caller: Caller, at: Moment) -> "OtherOut":
        """The service as it is at a moment."""
        return cls(
            **ReachOut.told(told, caller, at),
            **_opening(OpeningHours.parse(told["hours"]), at),
            organisation_id=told["organisation_id"],
            name=told["name"],
            kind=told["kind"],
            postcodes=told["pc4s"],
        )


class SurroundingsOut(Wire):
    """Who serves a municipality at this moment."""

    municipality_code: str
    municipality_name: str
    directory_version: int
    at: Moment
    desks: list[DeskOut]
    providers: list[ProviderOut]
    others: list[OtherOut] = Field(description="For hand-offs (Veilig Thuis, GGD, police …), and services for a part of it")

    @classmethod
    def of(cls, around: Surroundings, reached: Sequence[Told], caller: Caller, at: Moment) -> "SurroundingsOut":
        """The surroundings as the API shows them to a caller."""
        ways = {one["id"]: ReachOut.told(one, caller, at) for one in reached}
        whole = {*(desk.service_id for desk in around.desks), *(provider.service_id for provider in around.providers)}
        for service_id in whole - ways.keys():  # its area ended between the two statements
            ways[service_id] = {"service_id": service_id, "languages": [], "channels": [], "contact_ways": []}
        return cls(
            municipality_code=around.municipality_code,
            municipality_name=around.municipality_name,
            directory_version=around.version,
            at=at,
            desks=[DeskOut.of(desk, ways[desk.service_id], at) for desk in around.desks],
            providers=[ProviderOut.of(provider, ways[provider.service_id]) for provider in around.providers],
            others=[OtherOut.of(one, caller, at) for one in reached if one["id"] not in whole],
        )


def _opening(hours: OpeningHours, at: Moment) -> dict[str, Any]:
    opened = is_open(hours, at)
    opens_at = None if opened else next_opening(hours, at)
    return {"is_open": opened, "closes_at": closes_at(hours, at), "opens_at": opens_at}


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
