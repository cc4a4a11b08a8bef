"""Periods as they are asked for: from, until, and how long at most."""

from datetime import UTC, datetime, timedelta

from app.core.errors import FieldError, Invalid
from app.core.spans import Span

FIRST, LAST = 2000, 2100  # years; beyond, a calendar is a mistake


def period(starts_at: datetime, ends_at: datetime, longest: timedelta) -> Span:
    """The span between two moments, UTC.

    Raises:
        Invalid: it ends before it begins, is longer than `longest`, or lies outside of this century.
    """
    if FIRST <= starts_at.year < LAST and FIRST <= ends_at.year < LAST and timedelta() < ends_at - starts_at <= longest:
        return Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    fault = FieldError("/endsAt", "period", f"Choose an end after the start, at most {longest.days} days later.")
    raise Invalid("The period is not one that can be used. Nothing was changed.", errors=[fault])
