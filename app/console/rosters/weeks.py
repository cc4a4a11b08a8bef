"""A week as planners see it: from Monday to Sunday by the clock on the wall, 167 or 169 hours when it changes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final

from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM, holiday_names
from app.directory.rotations import moment

FIRST, LAST = 2000, 2100  # years
STEP: Final = timedelta(minutes=15)  # what the picture tells apart; its words tell every minute
SEEN: Final = 4  # weeks that are looked over at once


@dataclass(frozen=True, slots=True)
class Day:
    """A local day: usually 24 hours, 23 or 25 when the clock changes."""

    date: date

    @property
    def span(self) -> Span:
        """From midnight to midnight, UTC."""
        return Span(midnight(self.date), midnight(self.date + timedelta(days=1)))

    @property
    def hours(self) -> int:
        """How long it lasts."""
        return round(self.span.duration / timedelta(hours=1))

    def holiday(self, language: str) -> str:
        """The public holiday that it is; empty when it is none."""
        return holiday_names(self.date.year, language).get(self.date, "")


@dataclass(frozen=True)
class Week:
    """A week by its Monday."""

    monday: date

    @property
    def name(self) -> str:
        """As an address says it: 2026-W49."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def number(self) -> int:
        """As people say it."""
        return self.monday.isocalendar().week

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Monday to Sunday."""
        return tuple(Day(self.monday + timedelta(days=one)) for one in range(7))

    @cached_property
    def span(self) -> Span:
        """All of it, UTC."""
        return Span(midnight(self.monday), midnight(self.monday + timedelta(weeks=1)))

    def later(self, weeks: int) -> "Week":
        """So many weeks later, or earlier."""
        return Week(self.monday + timedelta(weeks=weeks))

    @property
    def steps(self) -> int:
        """How many quarters of an hour it has."""
        return step_of(self.span, self.span.end)


def week_at(at: datetime) -> Week:
    """The week of a moment."""
    day = at.astimezone(AMSTERDAM).date()
    return Week(day - timedelta(days=day.weekday()))


def week_named(told: str, at: datetime) -> Week:
    """The week that an address names, or that of a moment when it names none.

    Raises:
        Invalid: there is no such week.
    """
    if not told:
        return week_at(at)
    try:
        monday = datetime.strptime(f"{told}-1", "%G-W%V-%u").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        monday = date.min
    if not FIRST <= monday.year < LAST:
        fault = FieldError("/week", "week", "Name a week such as 2026-W49.")
        raise Invalid("There is no such week.", errors=[fault])
    return Week(monday)


@lru_cache(maxsize=2000)
def midnight(day: date) -> datetime:
    """When a local day begins, UTC."""
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def step_of(within: Span, at: datetime) -> int:
    """How many quarters of an hour after the start of a span a moment lies."""
    return round((at - within.start) / STEP)


def local_moment(told: str, field: str) -> datetime:
    """A moment as a form tells it by the clock on the wall; in the hour that is skipped it is the jump.

    Raises:
        Invalid: it is no date and time of this century.
    """
    try:
        wall = datetime.fromisoformat(told)
    except ValueError:
        wall = datetime.min  # noqa: DTZ901  refused below
    if wall.tzinfo or not FIRST <= wall.year < LAST:
        fault = FieldError(f"/{field}", "moment", "Fill in a date and a time.")
        raise Invalid("A moment is missing, or is none.", errors=[fault])
    return moment(wall)


def as_field(at: datetime) -> str:
    """A moment as such a field has it."""
    return f"{at.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}"
