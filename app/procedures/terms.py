"""Statutory terms in days. Source: Algemene termijnenwet art. 1 to 4 (F70, F71).

Whether the Wvggz sets the act aside for its terms is not known for sure: `ATW_APPLIES`.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.directory.holidays import AMSTERDAM, SATURDAY, statutory_holidays

ATW_APPLIES: Final = True  # ⚙
LONGEST_MOVED: Final = 90  # days; longer terms are what they are (art. 4)
SHORTEST_WITH_TWO: Final = 3  # a term of so many days or more holds two days that are no weekend or holiday (art. 2)
TWO: Final = 2
DAY: Final = timedelta(days=1)


def last_day(began_on: date, days: int, *, extra: Collection[date] = (), moves: bool = ATW_APPLIES) -> date:
    """The last day of a term of `days` days; the day on which it began does not count.

    `extra`: days equated with holidays by decree. `moves` is False where the act does not apply.

    Raises:
        ValueError: a term has at least one day.
    """
    if days < 1:
        raise ValueError("A term has at least one day.")
    last = began_on + days * DAY
    if not moves or days > LONGEST_MOVED:
        return last
    if days >= SHORTEST_WITH_TWO:
        while _usual_days_after(began_on, last, extra) < TWO:
            last += DAY
    while not is_usual(last, extra):
        last += DAY
    return last


def term_end(began_at: datetime, days: int, *, extra: Collection[date] = (), moves: bool = ATW_APPLIES) -> datetime:
    """The moment, UTC, at which the last day of a term is over in the Netherlands; as `last_day`."""
    last = last_day(began_at.astimezone(AMSTERDAM).date(), days, extra=extra, moves=moves)
    return datetime.combine(last + DAY, time.min, AMSTERDAM).astimezone(UTC)


def is_usual(day: date, extra: Collection[date] = ()) -> bool:
    """Whether a statutory term may end on `day`: no Saturday, Sunday, or holiday of the act."""
    return day.weekday() < SATURDAY and day not in extra and day not in statutory_holidays(day.year)


def _usual_days_after(began_on: date, last: date, extra: Collection[date]) -> int:
    return sum(is_usual(began_on + days * DAY, extra) for days in range(1, (last - began_on).days + 1))
