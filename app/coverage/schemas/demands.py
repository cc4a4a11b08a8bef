"""What must be covered, and who closes whose gaps, on the wire."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from app.core.errors import FieldError, Invalid
from app.core.http import Wire
from app.coverage.demand import Demand, Scheme
from app.coverage.lines import Line
from app.directory.opening_hours import OpeningHours
from app.routing.ladder import Rung

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]


class DemandIn(Wire):
    """What must be covered: where (`codes` of a scheme), on which line, at which local hours, from and until which day."""

    line: Line
    scheme: Scheme
    codes: list[Code] = Field(default_factory=list, max_length=400)
    hours: dict[str, Any] = Field(
        default_factory=lambda: {"always": True},
        description='As a desk\'s opening hours: {"weekly": {"0-4": ["09:00-17:00"]}, "exceptions": {}}; never: {}',
    )
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, description="The first day on which it no longer holds")
    enough: Rung = Field(description="The last rung that will do: meldpunt, on_duty or contracted")

    def demand(self, demand_id: UUID, organisation_id: UUID) -> Demand:
        """The value that is meant.

        Raises:
            Invalid: hours that can't be, an end before the start, or a rung that is no cover.
        """
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise _wrong("/validUntil", "period", "It must end after it begins: send a later day, or none.")
        if self.enough not in {Rung.MELDPUNT, Rung.ON_DUTY, Rung.CONTRACTED}:
            raise _wrong("/enough", "rung", "Send meldpunt, on_duty or contracted: what comes after those is no cover.")
        try:
            hours = OpeningHours.parse(self.hours)
        except (ValueError, AttributeError, TypeError):
            sentence = 'Send hours such as {"weekly": {"0-4": ["09:00-17:00"]}}: days 0 (Monday) to 6, local times to 24:00.'
            raise _wrong("/hours", "hours", sentence) from None
        codes, since, until = tuple(sorted(set(self.codes))), self.valid_from, self.valid_until
        return Demand(demand_id, organisation_id, self.line, self.scheme, codes, hours, since, until, self.enough)


class DemandOut(Wire):
    """Something that must be covered, and whose demand it is."""

    id: UUID
    organisation_id: UUID
    line: Line
    scheme: Scheme
    codes: list[str]
    hours: dict[str, Any]
    valid_from: date | None
    valid_until: date | None
    enough: Rung
    version: int

    @classmethod
    def of(cls, one: Demand) -> Self:
        """The demand as the API shows it."""
        return cls(
            id=one.id,
            organisation_id=one.organisation_id,
            line=one.line,
            scheme=one.scheme,
            codes=list(one.codes),
            hours=one.hours.to_json(),
            valid_from=one.since,
            valid_until=one.until,
            enough=one.enough,
            version=one.version,
        )


class FallbackIn(Wire):
    """The gaps of a service are closed by another one."""

    service_id: UUID
    by_service_id: UUID


class FallbackOut(FallbackIn):
    """The same, and whose it is."""

    organisation_id: UUID
    version: int


class FallbacksOut(Wire):
    """All of them."""

    items: list[FallbackOut]


def _wrong(pointer: str, code: str, sentence: str) -> Invalid:
    return Invalid("The demand is not one that can be kept.", errors=[FieldError(pointer, code, sentence)])
