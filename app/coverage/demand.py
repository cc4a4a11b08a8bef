"""What must be covered: data, so that hours that are free by design are no gap and make no noise.

A demand speaks for its municipalities, on its line, on the days it is valid. Where several speak, each is asked for; where
none speaks, the default holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.core.spans import Span, Spans, common, united, without
from app.coverage.lines import STEPS, Line
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import OpeningHours, openings_in
from app.routing.ladder import Rung

# ⚙ Somebody must be on duty for a crisis at every hour; for a worry anybody but the national desk will do.
DEFAULT: Final[Mapping[Line, Rung]] = MappingProxyType({Line.CRISIS: Rung.ON_DUTY, Line.URGENT: Rung.CONTRACTED})
FIRST: Final = date(1, 1, 2)


class Scheme(StrEnum):
    """How the municipalities of a demand are named; no two of these partitions are equal."""

    COUNTRY = "country"
    MUNICIPALITY = "municipality"
    SAFETY_REGION = "safety_region"
    GGD_REGION = "ggd_region"
    POLICE_UNIT = "police_unit"


@dataclass(frozen=True, slots=True)
class Demand:
    """Somebody must be there. `enough` is the last rung that will do; `until` is the first day on which it no longer holds."""

    id: UUID
    organisation_id: UUID
    line: Line
    scheme: Scheme
    codes: tuple[str, ...]
    hours: OpeningHours
    since: date | None
    until: date | None
    enough: Rung
    version: int = 1

    @property
    def column(self) -> str:
        """What of a municipality its codes are: `code` or a scheme; nothing for the whole country."""
        return {Scheme.COUNTRY: "", Scheme.MUNICIPALITY: "code"}.get(self.scheme, str(self.scheme))

    def speaks_for(self, place: Mapping[str, str]) -> bool:
        """Whether a municipality, told with its `code` and a code for each scheme, is meant."""
        return not self.column or place[self.column] in self.codes


@dataclass(frozen=True, slots=True)
class Required:
    """When somebody must be there, at `enough` or nearer; `by_default` when no demand says so."""

    enough: Rung
    spans: Spans
    by_default: bool = False


def required(line: Line, speaking: Iterable[Demand], period: Span) -> tuple[Required, ...]:
    """What is asked for on a line within a period, no moment twice: of several demands the strictest."""
    spoken: Spans = ()
    asked: dict[Rung, Spans] = {}
    for one in speaking:
        valid = common(_valid(one), (period,))
        spoken = united((*spoken, *valid))
        asked[one.enough] = united((*asked.get(one.enough, ()), *common(openings_in(one.hours, period), valid)))
    found, taken = [], Spans()
    for enough in STEPS:
        if spans := without(asked.get(enough, ()), taken):
            found.append(Required(enough, spans))
            taken = united((*taken, *spans))
    if line in DEFAULT and (rest := without((period,), spoken)):
        found.append(Required(DEFAULT[line], rest, by_default=True))
    return tuple(found)


def _valid(demand: Demand) -> Spans:
    start, end = _midnight(demand.since or FIRST), _midnight(demand.until or date.max)
    return (Span(start, end),)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM)
