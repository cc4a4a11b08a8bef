"""Days, hours and spans as a roster says them, short."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from app.console.moments import LOCALES, clock_time, day_and_time, exact
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM

HOUR: Final = timedelta(hours=1)
LONG_DAY: Final = 25 * HOUR
WEEK: Final = timedelta(days=7)


@lru_cache(maxsize=1000)
def day_told(language: str, day: date) -> str:
    """As "di 1 dec."."""
    return format_date(day, "EEE d MMM", LOCALES[language])


@lru_cache(maxsize=100)
def weekday_told(language: str, day: date) -> str:
    """As "ma"."""
    return format_date(day, "EEE", LOCALES[language])


@lru_cache(maxsize=5000)
def span_told(language: str, span: Span) -> str:
    """As "di 1 dec. 20:00–08:00": the second day is told where it is not the next one, or not before the same hour."""
    start, end = span.start.astimezone(AMSTERDAM), span.end.astimezone(AMSTERDAM)
    first = f"{day_told(language, start.date())} {start:%H:%M}"
    if end.date() == start.date() or (span.duration < 24 * HOUR and end.time() <= start.time()):
        return f"{first}–{end:%H:%M}"
    return f"{first} – {day_told(language, end.date())} {end:%H:%M}"


def at_told(language: str, now: datetime, at: datetime) -> Markup:
    """A moment as "07:00" when it is today, else with its day; the exact one to hover."""
    there, today = at.astimezone(AMSTERDAM), now.astimezone(AMSTERDAM).date()
    said = f"{there:%H:%M}" if there.date() == today else day_and_time(language, at)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), exact(language, at), said)


@lru_cache(maxsize=5000)
def times_told(language: str, span: Span) -> str:
    """As "08–20", with minutes where there are any; with its days where it lasts longer than one, or these alone."""
    hours = _hour(span.start), _hour(span.end)
    if span.duration <= LONG_DAY:
        return "–".join(hours)
    days = [at.astimezone(AMSTERDAM).date() for at in (span.start, span.end)]
    if span.duration < WEEK:
        return "–".join(f"{weekday_told(language, day)} {hour}" for day, hour in zip(days, hours, strict=True))
    return "–".join(format_date(day, "d MMM", LOCALES[language]) for day in days)


def hours_told(language: str, length: timedelta | float) -> str:
    """A length in hours, or hours, with at most one decimal: "12", "7,5"."""
    hours = length / HOUR if isinstance(length, timedelta) else length
    return format_decimal(round(hours, 1), "#,##0.#", LOCALES[language])


def helpers(language: str, now: datetime) -> Mapping[str, Callable[..., Any]]:
    """What templates of these pages say times with."""
    return {
        "at": partial(at_told, language, now),
        "day": partial(day_told, language),
        "weekday": partial(weekday_told, language),
        "when": partial(span_told, language),
        "times": partial(times_told, language),
        "hours": partial(hours_told, language),
    }


def address_of(at: datetime) -> str:
    """A moment as an address has it."""
    return f"{at:%Y-%m-%dT%H:%M}Z"


def _hour(at: datetime) -> str:
    return clock_time(at).removesuffix(":00")
