"""When a desk is open: local wall time in Europe/Amsterdam, right over both clock changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from app.core.spans import Span, united
from app.directory.holidays import AMSTERDAM, service_holidays

LOOKED_AHEAD: Final = 400
DAY_MINUTES: Final = 24 * 60

Spans = tuple[tuple[int, int], ...]
"""Minutes from local midnight, [start, end); an end beyond 24:00 runs into the next day."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Hours of a week (0 is Monday), and days that differ. `always` is never closed, whatever else it says."""

    weekly: Mapping[int, Spans] = field(default_factory=dict)
    always: bool = False
    closed_on_holidays: bool = False
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> "OpeningHours":
        """Read `{"always": …, "weekly": {"0-4": ["09:00-17:00"]}, "closedOnHolidays": …, "exceptions": {"2026-12-24": []}}`.

        Raises:
            ValueError: a day, a time or a span that can't be.
        """
        weekly = {day: _spans(spans) for days, spans in told.get("weekly", {}).items() for day in days_of(days)}
        exceptions = {date.fromisoformat(day): _spans(spans) for day, spans in told.get("exceptions", {}).items()}
        return cls(weekly, bool(told.get("always")), bool(told.get("closedOnHolidays")), exceptions)

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {
            "always": self.always,
            "closedOnHolidays": self.closed_on_holidays,
            "weekly": {str(day): _told(spans) for day, spans in sorted(self.weekly.items())},
            "exceptions": {day.isoformat(): _told(spans) for day, spans in sorted(self.exceptions.items())},
        }

    def on(self, day: date) -> Spans:
        """The hours of a day."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.closed_on_holidays and day in service_holidays(day.year):
            return ()
        return self.weekly.get(day.weekday(), ())


def is_open(hours: OpeningHours, at: datetime) -> bool:
    """Whether somebody is there at `at`."""
    if hours.always:
        return True
    today = at.astimezone(AMSTERDAM).date()
    return any(span.contains(at) for span in _openings(hours, (today - timedelta(days=1), today)))


def next_opening(hours: OpeningHours, at: datetime) -> datetime | None:
    """`at` itself when open, else the next moment at which it opens, UTC; None when it doesn't within 400 days."""
    if is_open(hours, at):
        return at
    today = at.astimezone(AMSTERDAM).date()
    for ahead in range(LOOKED_AHEAD):
        for span in _openings(hours, (today + timedelta(days=ahead),)):
            if span.start > at:
                return span.start
    return None


def closes_at(hours: OpeningHours, at: datetime) -> datetime | None:
    """When a desk that is open at `at` closes, UTC; None when it is closed, or never closes."""
    if hours.always or not is_open(hours, at):
        return None
    today = at.astimezone(AMSTERDAM).date()
    closing = at
    for span in _openings(hours, (today + timedelta(days=ahead) for ahead in range(-1, LOOKED_AHEAD))):
        if span.start <= closing < span.end:
            closing = span.end
        elif span.start > closing:
            return closing
    return closing


def openings_in(hours: OpeningHours, period: Span) -> tuple[Span, ...]:
    """All spans of a period in which somebody is there, UTC, in order; those that touch are one."""
    if hours.always:
        return (period,)
    first = period.start.astimezone(AMSTERDAM).date() - timedelta(days=1)
    last = period.end.astimezone(AMSTERDAM).date()
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    clipped = (
        Span(max(span.start, period.start), min(span.end, period.end)) for span in _openings(hours, days) if span.overlaps(period)
    )
    return united(clipped)


def _openings(hours: OpeningHours, days: Iterable[date]) -> Iterator[Span]:
    for day in days:
        yield from _spans_of(day, hours.on(day))


@lru_cache(maxsize=10_000)
def _spans_of(day: date, told: Spans) -> tuple[Span, ...]:
    """The spans of a day in UTC: many desks have the same hours, and one decision asks after them again and again."""
    moments = ((_moment(day, start), _moment(day, end)) for start, end in told)
    return tuple(Span(opened, closed) for opened, closed in moments if opened < closed)  # none inside the hour that is skipped


def _moment(day: date, minutes: int) -> datetime:
    whole_days, minutes = divmod(minutes, DAY_MINUTES)
    wall = time(minutes // 60, minutes % 60, tzinfo=AMSTERDAM)
    return datetime.combine(day + timedelta(days=whole_days), wall).astimezone(UTC)


def days_of(text: str) -> range:
    """The days that `2` or `0-4` means; 0 is Monday.

    Raises:
        ValueError: no such days.
    """
    first, _, last = text.partition("-")
    days = range(int(first), int(last or first) + 1)
    if not days or days[0] < 0 or days[-1] > 6:  # noqa: PLR2004  Sunday
        raise ValueError("Days are 0 (Monday) to 6 (Sunday), such as 0-4.")
    return days


def _spans(told: Sequence[str]) -> Spans:
    spans = []
    for text in told:
        start, end = (_minutes(part) for part in text.split("-"))
        if start >= DAY_MINUTES or start == end:
            raise ValueError("A span starts before 24:00 and does not end where it starts.")
        spans.append((start, end if end > start else end + DAY_MINUTES))
    return tuple(sorted(spans))


def _minutes(text: str) -> int:
    hours, minutes = (int(part) for part in text.split(":"))
    if not (0 <= hours <= 24 and 0 <= minutes < 60 and hours * 60 + minutes <= DAY_MINUTES):  # noqa: PLR2004  a clock
        raise ValueError("Times are 00:00 to 24:00.")
    return hours * 60 + minutes


def _told(spans: Spans) -> list[str]:
    return [f"{_clock(start)}-{_clock(end if end <= DAY_MINUTES else end - DAY_MINUTES)}" for start, end in spans]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
