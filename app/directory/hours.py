"""What is wrong with hours as somebody sends them, each fault with its place; what has none, `OpeningHours.parse` reads.

The parser lets a span run over midnight. Here it is refused: 17:00-09:00 is a slip more often than a night, and a slip would
show a desk open while nobody is there. A night is told as two spans.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

from app.core.errors import FieldError
from app.directory.opening_hours import days_of

NO_DAYS: Final[frozenset[str]] = frozenset()
DAYS: Final = re.compile(r"[0-6](-[0-6])?")
SPAN: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


def hours_faults(told: Mapping[str, Any], pointer: str, today: date, kept: Collection[str] = NO_DAYS) -> Iterator[FieldError]:
    """What is wrong with hours at `pointer`.

    Args:
        told: `always`, `weekly`, `closedOnHolidays`, `exceptions`, as `OpeningHours.parse` reads them.
        pointer: where they stand in what was sent, a JSON pointer.
        today: the day in the Netherlands; an exception on a day before it is refused.
        kept: days of exceptions that are stored already and so may lie behind us.
    """
    weekly, exceptions = told.get("weekly", {}), told.get("exceptions", {})
    if told.get("always") and (weekly or exceptions):
        yield FieldError(pointer, "always", "Who is always open has no other hours. Leave out `always`, or the rest.")
    yield from _weekly(weekly, f"{pointer}/weekly")
    for day, spans in exceptions.items():
        place = f"{pointer}/exceptions/{_escaped(day)}"
        yield from _exception(day, place, today, kept)
        yield from _spans(spans, place)


def _weekly(weekly: Mapping[str, Sequence[str]], pointer: str) -> Iterator[FieldError]:
    seen: set[int] = set()
    for days, spans in weekly.items():
        place = f"{pointer}/{_escaped(days)}"
        if not DAYS.fullmatch(days) or days[0] > days[-1]:
            yield FieldError(place, "weekday", "Days are 0 (Monday) to 6 (Sunday), such as 2 or 0-4.")
        elif seen & set(days_of(days)):
            yield FieldError(place, "weekday", "A day is told twice. Tell each day once.")
        else:
            seen |= set(days_of(days))
        yield from _spans(spans, place)


def _exception(day: str, place: str, today: date, kept: Collection[str]) -> Iterator[FieldError]:
    if not _is_day(day):
        yield FieldError(place, "date", "A day is written as 2026-12-24.")
    elif day < today.isoformat() and day not in kept:
        yield FieldError(place, "past", "This day has passed. Leave it out.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _spans(spans: Sequence[str], pointer: str) -> Iterator[FieldError]:
    read: list[tuple[str, str, str]] = []
    for number, span in enumerate(spans):
        place = f"{pointer}/{number}"
        start, _, end = span.partition("-")
        if not SPAN.fullmatch(span):
            yield FieldError(place, "span", "A span is written as 09:00-17:00, with times from 00:00 to 24:00.")
        elif end <= start:
            yield FieldError(
                place, "backwards", "It ends before it begins. A night is two spans: until 24:00, and from 00:00 the next day."
            )
        else:
            read.append((start, end, place))
    for one, other in pairwise(sorted(read)):
        if other[0] < one[1]:
            yield FieldError(other[2], "overlap", "It overlaps another span of the same day. Make them one.")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
