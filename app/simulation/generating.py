"""Calls as they might come: by hour, weekday and municipality, seeded, so that the same seed makes the same calls.

Sources: facts F22 (70 reports a week in a region of 1.4 million, 2023; up to 80 % from the police), F24 (30–50 % nationally),
F19 (+12 % a year). Hours, weekdays and urgencies have no source: ⚙ ours.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import log
from random import Random
from types import MappingProxyType
from typing import Final

from app.cases.lifecycle import Urgency
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.routing.need import Kind, Need
from app.simulation.calls import SimulatedCall

YEAR: Final = timedelta(days=365.25)
HOUR: Final = timedelta(hours=1)
A_WEEK_IN_2023: Final = 70 * 17.9 / 1.4  # F22, for a country of 17.9 million
KNOWN_AT: Final = datetime(2023, 7, 1, tzinfo=UTC)
GROWTH: Final = 0.12
# ⚙ Quiet from three to seven, most in the late afternoon and evening.
HOURS: Final = (3, 2.5, 2, 1.5, 1.5, 1.5, 2, 3, 4, 5, 5.5, 5.5, 5.5, 5.5, 5.5, 6, 6, 6, 6, 6, 5.5, 5, 4.5, 4)
WEEKDAYS: Final = (1.0, 1.0, 1.0, 1.0, 1.1, 1.0, 0.9)
URGENCIES: Final[Mapping[Urgency, float]] = MappingProxyType(
    {Urgency.ACUTE: 0.05, Urgency.CRISIS: 0.15, Urgency.URGENT: 0.35, Urgency.NORMAL: 0.45}  # ⚙
)


@dataclass(frozen=True, slots=True)
class Rates:
    """How many calls that open a case, and which.

    `per_year`: at the start of the period; it grows by `growth` a year. `hours` (0 to 23, local), `weekdays` (0 is Monday),
    `urgencies` and `weights` (by municipality) are relative to each other. Shares are from 0 to 1.
    """

    per_year: float
    weights: Mapping[str, float]
    growth: float = GROWTH
    hours: tuple[float, ...] = HOURS
    weekdays: tuple[float, ...] = WEEKDAYS
    urgencies: Mapping[Urgency, float] = field(default_factory=lambda: URGENCIES)
    police_share: float = 0.5
    wvggz_share: float = 0.03  # ⚙
    minor_share: float = 0.05  # ⚙


def usual_per_year(at: datetime) -> float:
    """Reports a year in the whole country, for a year that starts at `at`: those of 2023, grown."""
    return float(A_WEEK_IN_2023 * (YEAR / timedelta(weeks=1)) * (1 + GROWTH) ** ((at - KNOWN_AT) / YEAR))


def expected(rates: Rates, period: Span) -> float:
    """About how many calls a period has."""
    years = period.duration / YEAR
    return float(rates.per_year * years * (1 + rates.growth) ** (years / 2))


def generated(rates: Rates, period: Span, seed: int) -> Iterator[SimulatedCall]:
    """The calls of a period in their order, a Poisson process whose rate changes by the hour."""
    random = Random(seed)  # noqa: S311  a simulation must be repeatable
    codes = sorted(rates.weights)
    places = list(accumulate(rates.weights[code] for code in codes))
    needs = _Needs(rates)
    for number, at in enumerate(_moments(rates, period, random)):
        code = codes[min(bisect_right(places, random.random() * places[-1]), len(codes) - 1)]
        yield SimulatedCall(number, at, code, needs.drawn(random))


def _moments(rates: Rates, period: Span, random: Random) -> Iterator[datetime]:
    hours, weekdays = _relative(rates.hours), _relative(rates.weekdays)
    start = period.start
    while start < period.end:
        end = min(period.end, start.replace(minute=0, second=0, microsecond=0) + HOUR)
        local = start.astimezone(AMSTERDAM)
        grown = (1 + rates.growth) ** ((start - period.start) / YEAR)
        an_hour = rates.per_year * grown * hours[local.hour] * weekdays[local.weekday()] / (YEAR / HOUR)
        left = (end - start) / HOUR
        passed = 0.0
        while an_hour > 0:
            passed += -log(1 - random.random()) / an_hour
            at = start + HOUR * min(passed, left)
            if at >= end:
                break
            yield at
        start = end


class _Needs:
    """Draws needs; there are few, so each is made once."""

    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self.urgencies = list(rates.urgencies)
        self.bounds = list(accumulate(rates.urgencies.values()))
        self.made: dict[tuple[Urgency, Kind, int | None], Need] = {}

    def drawn(self, random: Random) -> Need:
        drawn = bisect_right(self.bounds, random.random() * self.bounds[-1])
        urgency = self.urgencies[min(drawn, len(self.urgencies) - 1)]
        by = random.random()
        police, wvggz = self.rates.police_share, self.rates.wvggz_share
        kind = Kind.POLICE if by < police else Kind.WVGGZ if by < police + (1 - police) * wvggz else Kind.WORRY
        age = 15 if random.random() < self.rates.minor_share else None
        key = (urgency, kind, age)
        return self.made.setdefault(key, Need(*key))


def _relative(weights: tuple[float, ...]) -> tuple[float, ...]:
    """The same weights with a mean of one."""
    mean = sum(weights) / len(weights)
    return tuple(weight / mean for weight in weights)
