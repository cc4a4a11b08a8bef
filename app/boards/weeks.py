"""A week of Amsterdam's calendar, as ISO 8601 names it: 2026-W49 begins on a Monday at midnight."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM

NAMED: Final = re.compile(r"(\d{4})-?W(\d{2})")
YEARS: Final = range(1950, 2200)


def week_at(at: datetime) -> str:
    """The name of the week that it is in Amsterdam at a moment."""
    year, week, _ = at.astimezone(AMSTERDAM).isocalendar()
    return f"{year}-W{week:02}"


def week_named(name: str) -> Span:
    """The week with this name, in UTC: 167, 168 or 169 hours.

    Raises:
        Invalid: no week is called so.
    """
    found = NAMED.fullmatch(name.strip().upper())
    monday = _monday(int(found[1]), int(found[2])) if found else None
    if monday is None:
        fault = FieldError("/week", "week", "A week of ISO 8601, such as 2026-W49; most years have 52, some 53.")
        raise Invalid("No week is called so. Nothing was looked up.", errors=[fault])
    return Span(_midnight(monday), _midnight(monday + timedelta(days=7)))


def _monday(year: int, week: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, 1) if year in YEARS else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
