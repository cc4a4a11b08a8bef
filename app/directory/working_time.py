"""Time as offices and the law count it: working hours, working days, statutory days; right over both clock changes.

Sources: domain.md "Two calendars"; Algemene termijnenwet art. 1 (a term that ends on a Saturday, a Sunday or a holiday moves on),
art. 2 (a short term holds two days that are none of them), art. 4 (terms in hours, and those in years, know no holidays).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.core.spans import Span
from app.directory.holidays import (
    AMSTERDAM,
    NO_DAYS,
    SATURDAY,
    add_working_days,
    is_working_day,
    statutory_end,
    statutory_holidays,
)

DAY: Final = timedelta(days=1)
NIGHT: Final = time(0)
FEWEST_WORKING_DAYS: Final = 2  # Atw art. 2: in a term of at least three days


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an office works: its hours on a working day, in local time, and the days on which it is closed besides.

    `closes` 00:00 is the end of the day. Monday to Friday and the public holidays hold for all.
    """

    opens: time = time(9)  # ⚙
    closes: time = time(17)  # ⚙
    closed: frozenset[date] = NO_DAYS

    def __post_init__(self) -> None:
        """Refuse hours in which nobody would ever work."""
        if self.closes != NIGHT and self.closes <= self.opens:
            raise ValueError("An office closes after it opens, on the same day.")

    def works_on(self, day: date) -> bool:
        """Whether it works on this day."""
        return is_working_day(day, self.closed)

    def span_of(self, day: date) -> Span | None:
        """The hours of a day, UTC; None on a day that is no working day."""
        if not self.works_on(day):
            return None
        last = day + DAY if self.closes == NIGHT else day
        return Span(_moment(day, self.opens), _moment(last, self.closes))


OFFICE: Final = Calendar()


def add_working_time(at: datetime, much: timedelta, calendar: Calendar = OFFICE) -> datetime:
    """The moment at which the office will have worked for so long after `at`, UTC; `at` itself when that is no time at all.

    Raises:
        ValueError: a negative time.
    """
    if much < timedelta():
        raise ValueError("Working time is added, never taken back.")
    if not much:
        return at.astimezone(UTC)
    left = much
    for span in _spans_from(at, calendar):
        if left <= span.duration:
            return span.start + left
        left -= span.duration
    raise LookupError("An office works for ever.")


def working_time_between(start: datetime, end: datetime, calendar: Calendar = OFFICE) -> timedelta:
    """How long the office works from `start` to `end`; nothing when `end` is not after `start`."""
    total = timedelta()
    for span in _spans_from(start, calendar):
        if span.start >= end:
            break
        total += min(span.end, end) - span.start
    return total


def next_working_moment(at: datetime, calendar: Calendar = OFFICE) -> datetime:
    """`at` itself when the office works then, else the moment at which it opens, UTC."""
    return next(_spans_from(at, calendar)).start


def working_days_after(at: datetime, days: int, calendar: Calendar = OFFICE) -> datetime:
    """The same local clock time, so many working days of this office later, UTC."""
    return add_working_days(at, days, calendar.closed).astimezone(UTC)


def working_days_between(first: date, last: date, calendar: Calendar = OFFICE) -> int:
    """How many of its working days lie after `first`, up to and including `last`; none when `last` is not after it."""
    return sum(calendar.works_on(first + ahead * DAY) for ahead in range(1, (last - first).days + 1))


def is_statutory_day(day: date, decreed: frozenset[date] = NO_DAYS) -> bool:
    """Whether a statutory term may end on `day`: no Saturday, no Sunday, no holiday of the act, no day equated by decree."""
    return day.weekday() < SATURDAY and day not in statutory_holidays(day.year) and day not in decreed


def statutory_term(begins: datetime, days: int, decreed: frozenset[date] = NO_DAYS) -> datetime:
    """The end of a statutory term of so many days after what happened at `begins`: the last moment of its last day, UTC.

    The day itself does not count. A term of three days or more holds at least two on which something can be done (art. 2), and
    one that would end on a day on which nothing can moves on (art. 1).

    Raises:
        ValueError: less than a day; terms in hours are elapsed time and know no calendar (art. 4).
    """
    if days < 1:
        raise ValueError("A term of less than a day is elapsed time.")
    first = begins.astimezone(AMSTERDAM).date()
    last = first + days * DAY
    if days > FEWEST_WORKING_DAYS:
        while sum(is_statutory_day(first + ahead * DAY, decreed) for ahead in range(1, (last - first).days + 1)) < 2:  # noqa: PLR2004
            last += DAY
    return end_of(statutory_end(last, decreed))


def end_of(day: date) -> datetime:
    """The moment at which a day in the Netherlands is over, UTC."""
    return _moment(day + DAY, NIGHT)


def _spans_from(at: datetime, calendar: Calendar) -> Iterator[Span]:
    """What is left of the office's time from `at` on, for ever."""
    day = at.astimezone(AMSTERDAM).date()
    while True:
        span = calendar.span_of(day)
        if span is not None and span.end > at:
            yield Span(max(span.start, at.astimezone(UTC)), span.end)
        day += DAY


def _moment(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, tzinfo=AMSTERDAM).astimezone(UTC)
