"""The map of who answers where: one shape a municipality, and the same in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.routing.coverage import Covered
from app.routing.ladder import Rung

NOBODY: Final = "nobody"
ORDER: Final = (Rung.MELDPUNT, Rung.ON_DUTY, Rung.CONTRACTED, Rung.NATIONAL_DESK, NOBODY)


@dataclass(frozen=True, slots=True)
class Country:
    """Who would be asked first at `at`; `counts`: how many municipalities a kind of answer."""

    at: datetime
    municipalities: Sequence[Covered]
    counts: Sequence[tuple[str, int]]


def country(covered: Iterable[Covered], at: datetime) -> Country:
    """By name, with a count of every kind of answer; `nobody` is counted even when it is 0."""
    found = sorted(covered, key=lambda one: one.name)
    counted = Counter(one.rung or NOBODY for one in found)
    return Country(at, found, [(kind, counted[kind]) for kind in ORDER])
