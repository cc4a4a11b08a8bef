"""Who is around a place at a moment: everything that the routing decision knows, as one value that can be stored and replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.directory.opening_hours import OpeningHours


class OutOfHours(StrEnum):
    """What a desk promises while it is closed. A voicemail is none of these: that is `none`."""

    NONE = "none"
    ON_CALL = "on_call"  # somebody of its own can be reached
    NAMED_PROVIDER = "named_provider"  # it has asked another organisation to answer
    NATIONAL_DESK = "national_desk"  # it has asked the national desk to answer
    WAITS = "waits"  # it rings back after it opens; nothing urgent may wait for that


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation, by name."""

    organisation_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A meldpunt that serves the municipality."""

    service_id: UUID
    organisation_id: UUID
    name: str
    accepts: frozenset[str]
    minimum_age: int
    hours: OpeningHours
    out_of_hours: OutOfHours
    named_provider: Named | None
    rank: int


@dataclass(frozen=True, slots=True)
class Duty:
    """The shift that is running: whose turn it is, by which roster."""

    roster_id: UUID
    roster_name: str
    layer: int
    shift_id: UUID
    participant: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Provider:
    """A care provider contracted for the municipality on a line (crisis, outreach); on duty or not."""

    service_id: UUID
    organisation_id: UUID
    name: str
    line: str
    rank: int
    minimum_age: int
    duty: Duty | None


@dataclass(frozen=True, slots=True)
class NationalDesk:
    """The last rung, never closed."""

    service_id: UUID
    organisation_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class InPart:
    """A service for a part of the municipality, where the postcode that would decide is not known. Its kind is `line`."""

    service_id: UUID
    organisation_id: UUID
    name: str
    line: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of them, from one version of the directory."""

    municipality_code: str
    municipality_name: str
    version: int
    desks: tuple[Desk, ...] = ()
    providers: tuple[Provider, ...] = ()
    national_desks: tuple[NationalDesk, ...] = ()
    in_part: tuple[InPart, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is stored with a decision."""
        return {
            "municipality_code": self.municipality_code,
            "municipality_name": self.municipality_name,
            "version": self.version,
            "desks": [_desk_json(desk) for desk in self.desks],
            "providers": [_provider_json(provider) for provider in self.providers],
            "national_desks": [
                {"service_id": str(desk.service_id), "organisation_id": str(desk.organisation_id), "name": desk.name}
                for desk in self.national_desks
            ],
            "in_part": [
                {
                    "service_id": str(one.service_id),
                    "organisation_id": str(one.organisation_id),
                    "name": one.name,
                    "line": one.line,
                }
                for one in self.in_part
            ],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Surroundings":
        """The value again."""
        return cls(
            municipality_code=told["municipality_code"],
            municipality_name=told["municipality_name"],
            version=told["version"],
            desks=tuple(_desk(desk) for desk in told["desks"]),
            providers=tuple(_provider(provider) for provider in told["providers"]),
            national_desks=tuple(
                NationalDesk(UUID(desk["service_id"]), UUID(desk["organisation_id"]), desk["name"])
                for desk in told["national_desks"]
            ),
            in_part=tuple(
                InPart(UUID(one["service_id"]), UUID(one["organisation_id"]), one["name"], one["line"])
                for one in told.get("in_part", ())  # decisions of before there were parts
            ),
        )


def _desk_json(desk: Desk) -> dict[str, Any]:
    named = desk.named_provider
    return {
        "service_id": str(desk.service_id),
        "organisation_id": str(desk.organisation_id),
        "name": desk.name,
        "accepts": sorted(desk.accepts),
        "minimum_age": desk.minimum_age,
        "hours": desk.hours.to_json(),
        "out_of_hours": desk.out_of_hours,
        "named_provider": {"organisation_id": str(named.organisation_id), "name": named.name} if named else None,
        "rank": desk.rank,
    }


def _desk(told: Mapping[str, Any]) -> Desk:
    named = told["named_provider"]
    return Desk(
        service_id=UUID(told["service_id"]),
        organisation_id=UUID(told["organisation_id"]),
        name=told["name"],
        accepts=frozenset(told["accepts"]),
        minimum_age=told["minimum_age"],
        hours=OpeningHours.parse(told["hours"]),
        out_of_hours=OutOfHours(told["out_of_hours"]),
        named_provider=Named(UUID(named["organisation_id"]), named["name"]) if named else None,
        rank=told["rank"],
    )


def _provider_json(provider: Provider) -> dict[str, Any]:
    duty = provider.duty
    return {
        "service_id": str(provider.service_id),
        "organisation_id": str(provider.organisation_id),
        "name": provider.name,
        "line": provider.line,
        "rank": provider.rank,
        "minimum_age": provider.minimum_age,
        "duty": {
            "roster_id": str(duty.roster_id),
            "roster_name": duty.roster_name,
            "layer": duty.layer,
            "shift_id": str(duty.shift_id),
            "participant": duty.participant,
            "until": duty.until.isoformat(),
        }
        if duty
        else None,
    }


def _provider(told: Mapping[str, Any]) -> Provider:
    duty = told["duty"]
    return Provider(
        service_id=UUID(told["service_id"]),
        organisation_id=UUID(told["organisation_id"]),
        name=told["name"],
        line=told["line"],
        rank=told["rank"],
        minimum_age=told["minimum_age"],
        duty=Duty(
            UUID(duty["roster_id"]),
            duty["roster_name"],
            duty["layer"],
            UUID(duty["shift_id"]),
            duty["participant"],
            datetime.fromisoformat(duty["until"]),
        )
        if duty
        else None,
    )
