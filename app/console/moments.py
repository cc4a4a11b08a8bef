"""Moments and spans as people say them: "over 12 min", "vandaag 14:32". Everything shown is Dutch time."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_timedelta

from app.directory.holidays import AMSTERDAM

LOCALES: Final = {"nl": "nl_NL", "en": "en_GB"}
TODAY: Final = {"nl": "vandaag", "en": "today"}
WITHIN: Final = timedelta(hours=12)  # nearer than this a moment is told as a span


@lru_cache(4096)
def day(language: str, which: date, pattern: str) -> str:
    """A day in words, by one of babel's patterns; a page tells a few of them hundreds of times."""
    return format_date(which, pattern, LOCALES[language])


def clock_time(at: datetime) -> str:
    """The time in the Netherlands."""
    return f"{at.astimezone(AMSTERDAM):%H:%M}"


def exact(language: str, at: datetime) -> str:
    """Weekday, date and time, for whoever needs to know: "di 24 nov. 2026 14:32:10"."""
    there = at.astimezone(AMSTERDAM)
    return f"{day(language, there.date(), 'EEE d MMM y')} {there:%H:%M:%S}"


def day_and_time(language: str, at: datetime) -> str:
    """The date without its year, and the time: "di 24 nov. 14:32"."""
    there = at.astimezone(AMSTERDAM)
    return f"{day(language, there.date(), 'EEE d MMM')} {there:%H:%M}"


def relative(language: str, at: datetime, now: datetime) -> str:
    """As "over 12 min" or "12 min geleden" when it is near, as date and time when not."""
    away = at - now
    if abs(away) > WITHIN:
        there, today = at.astimezone(AMSTERDAM), now.astimezone(AMSTERDAM).date()
        return f"{TODAY[language]} {there:%H:%M}" if there.date() == today else day_and_time(language, at)
    seconds = away.total_seconds()
    return _away(language, round(seconds / 60) or (1 if seconds > 0 else -1))


def span(language: str, length: timedelta) -> str:
    """A length of time in its largest unit: "2 uur", "3 dagen"."""
    return format_timedelta(length, granularity="minute", threshold=1.5, format="long", locale=LOCALES[language])


@lru_cache(maxsize=4096)
def _away(language: str, minutes: int) -> str:
    away = timedelta(minutes=minutes)
    return format_timedelta(away, granularity="minute", threshold=1, add_direction=True, format="short", locale=LOCALES[language])
