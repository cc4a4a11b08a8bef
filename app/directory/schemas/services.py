"""Services, their hours and areas, and effects on the wire."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.core.http import Line, Moment, Wire
from app.core.spans import Span
from app.directory.areas import Area
from app.directory.channels import Caller, Channel
from app.directory.schemas.organisations import ContactWayOut, ContactWays, EndsOn, Languages, Told
from app.directory.service_rules import Kind
from app.directory.surroundings import OutOfHours
from app.directory.uncovered import Effect

NAMED: Final = frozenset({"stand_in_organisation_id", "ends_on"})
SpanText = Annotated[str, StringConstraints(max_length=20)]
DaySpans = Annotated[list[SpanText], Field(max_length=24)]
Key = Annotated[str, StringConstraints(max_length=20)]


class Hours(Wire):
    """Opening hours, local to Europe/Amsterdam. A night is two spans: until 24:00, and from 00:00 on the next day."""

    always: bool = Field(False, description="Never closed; then nothing else is told")
    closed_on_holidays: bool = Field(False, description="Closed on public holidays, save where an exception says otherwise")
    weekly: dict[Key, DaySpans] = Field(
        default_factory=dict, max_length=7, description='By day, 0 is Monday: {"0-4": ["09:00-12:00", "13:00-17:00"]}'
    )
    exceptions: dict[Key, DaySpans] = Field(
        default_factory=dict, max_length=400, description='Days that differ: {"2026-12-24": ["09:00-12:00"], "2026-12-31": []}'
    )


class ChannelHours(Wire):
    """When a kind of caller can reach a service by a channel."""

    channel: Channel
    caller: Caller = Caller.ANYONE
    hours: Hours


Channels = Annotated[list[ChannelHours], Field(max_length=28)]
Accepted = Literal["worry", "wvggz", "police"]
WORRY: Final[tuple[Accepted, ...]] = ("worry",)
Accepts = Annotated[list[Accepted], AfterValidator(lambda told: sorted(set(told))), Field(max_length=9)]
Age = Annotated[int, Field(ge=0, le=120)]
Rank = Annotated[int, Field(ge=1, le=99, description="Lower is asked first")]


class ServiceIn(Told):
    """A new service of an organisation."""

    NULLABLE: ClassVar[frozenset[str]] = NAMED
    kind: Kind
    name: Line
    accepts: Accepts = Field(default_factory=lambda: list(WORRY))
    minimum_age: Age = 0
    rank: Rank = 1
    hours: Hours = Field(default_factory=Hours, description="The hours that count for accepting cases")
    out_of_hours: OutOfHours = OutOfHours.NONE
    stand_in_organisation_id: UUID | None = None
    channels: Channels = Field(default_factory=list)
    contact_ways: ContactWays = Field(default_factory=list)
    languages: Languages = Field(default_factory=lambda: ["nl"])
    ends_on: EndsOn = None


class ServiceChange(Told):
    """What to change of a service (merge patch): what is left out stays, null empties, lists and hours are replaced whole."""

    NULLABLE: ClassVar[frozenset[str]] = NAMED
    name: Line | None = None
    accepts: Accepts | None = None
    minimum_age: Age | None = None
    rank: Rank | None = None
    hours: Hours | None = None
    out_of_hours: OutOfHours | None = None
    stand_in_organisation_id: UUID | None = None
    channels: Channels | None = None
    contact_ways: ContactWays | None = None
    languages: Languages | None = None
    ends_on: EndsOn = None


class ServiceOut(Wire):
    """What an organisation does, when, and what it promises while it is closed."""

    id: UUID
    organisation_id: UUID
    kind: str
    name: str
    accepts: list[str]
    minimum_age: int
    rank: int
    hours: Hours
    out_of_hours: str
    stand_in_organisation_id: UUID | None
    channels: list[ChannelHours]
    contact_ways: list[ContactWayOut]
    languages: list[str]
    ends_on: EndsOn
    version: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "ServiceOut":
        """The service as the API shows it. What it was before may lack what was not asked then."""
        known = {name: told[name] for name in cls.model_fields}
        return cls(**known | {name: told[name] or [] for name in ("channels", "contact_ways", "languages")})


class ServicesOut(Wire):
    """The services of an organisation."""

    items: list[ServiceOut]


class SpanOut(Wire):
    """From a moment until another, which is not in it."""

    starts_at: Moment
    ends_at: Moment


class EffectOut(Wire):
    """Where and when nobody is left, or somebody comes, by a change, in the coming 14 days."""

    municipality_code: str
    line: str = Field(description="`worry`: no desk and no outreach team on duty; `crisis`: no crisis service on duty")
    postcodes: list[str] = Field(description="The part it holds for; none: all that no other entry names")
    becomes_uncovered: list[SpanOut]
    becomes_covered: list[SpanOut]

    @classmethod
    def of(cls, told: Iterable[Effect]) -> "list[EffectOut]":
        """Effects as the API shows them."""
        return [
            cls(
                municipality_code=one.municipality_code,
                line=one.line,
                postcodes=list(one.pc4s),
                becomes_uncovered=_spans(one.uncovered),
                becomes_covered=_spans(one.covered),
            )
            for one in told
        ]


def _spans(told: Iterable[Span]) -> list[SpanOut]:
    return [SpanOut(starts_at=one.start, ends_at=one.end) for one in told]


class ServiceChangedOut(ServiceOut):
    """A service after a change; after a dry run, as it would be: nothing was stored."""

    dry_run: bool
    changed: list[str]
    effect: list[EffectOut]


Pc4 = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]


class AreaIn(Wire):
    """A municipality, or a part of it, that a service serves."""

    municipality_code: Annotated[str, StringConstraints(pattern=r"^GM[0-9]{4}$")]
    starts_on: date | None = Field(None, description="The first day; null: always has")
    ends_on: EndsOn = None
    postcodes: Annotated[list[Pc4], Field(min_length=1, max_length=400)] | None = Field(
        None, description="The part, as four-digit postcodes; null: all of the municipality"
    )

    def area(self) -> Area:
        """The value."""
        pc4s = tuple(sorted(set(self.postcodes))) if self.postcodes is not None else None
        return Area(self.municipality_code, self.starts_on, self.ends_on, pc4s)


class AreasIn(Wire):
    """All areas of a service: what is left out is so no more."""

    items: list[AreaIn] = Field(max_length=1000)


class AreaOut(Wire):
    """A municipality, or a part of it, that a service serves."""

    municipality_code: str
    municipality_name: str | None
    starts_on: date | None
    ends_on: EndsOn
    postcodes: list[str] | None


class AreasOut(Wire):
    """The areas of a service."""

    items: list[AreaOut]
    version: int

    @classmethod
    def of(cls, items: Iterable[Mapping[str, Any]], version: int) -> "AreasOut":
        """The areas as the API shows them."""
        told = [
            AreaOut(
                municipality_code=one["municipality_code"],
                municipality_name=one["municipality_name"],
                starts_on=one["starts_on"],
                ends_on=one["ends_on"],
                postcodes=one["pc4s"],
            )
            for one in items
        ]
        return cls(items=told, version=version)


class AreasChangedOut(AreasOut):
    """The areas after a change; after a dry run, as they would be: nothing was stored."""

    dry_run: bool
    effect: list[EffectOut]
