"""Earlier calls as an operator first hears of them: counts, days and yes or no; nothing of what was said, nor by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.signals.evaluate import is_rising, local
from app.signals.marks import Kind

RECENT: Final = timedelta(days=90)  # ⚙
LONGEST: Final = timedelta(days=365)  # ⚙


@dataclass(frozen=True, slots=True)
class Match:
    """Calls that share a mark. `open_case`: the newest open one among theirs; never told as such to who may not see it."""

    kind: Kind
    sure: bool
    in_90_days: int
    in_12_months: int
    last_on: date
    same_day: bool
    urgency_rising: bool
    other_municipality: bool
    open_case: UUID | None
    ours: int
    others: tuple[UUID, ...]


def match_of(row: Mapping[str, Any], municipality_code: str | None, urgency: Urgency | None) -> Match:
    """What is told of the calls in a row of counts, to who takes a call from that municipality and of that urgency."""
    places = set(row["municipality_codes"])
    if municipality_code:
        places.add(municipality_code)
    urgencies = [Urgency(one) for one in row["urgencies"]] + ([urgency] if urgency else [])
    return Match(
        kind=Kind(row["kind"]),
        sure=row["sure"],
        in_90_days=row["recently"],
        in_12_months=row["in_all"],
        last_on=local(row["last_at"]),
        same_day=row["same_day"] > 0,
        urgency_rising=is_rising(urgencies),
        other_municipality=len(places) > 1,
        open_case=row["open_case_id"],
        ours=row["ours"],
        others=tuple(sorted(row["others"])),
    )


def in_order(matches: Sequence[Match]) -> list[Match]:
    """The surest first, then the most."""
    return sorted(matches, key=lambda one: (not one.sure, -one.in_12_months, one.kind))
