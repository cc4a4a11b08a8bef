"""The period of which figures are told, and the one that it is compared with: days of Amsterdam's calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from app.core.spans import Span
from app.directory.holidays import AMSTERDAM

USUAL: Final = timedelta(days=28)
LONGEST: Final = timedelta(days=366)
EARLIEST: Final = date(2020, 1, 1)
COMPARED: Final = ("none", "before", "year")
A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both whole."""

    first: date
    last: date

    @property
    def span(self) -> Span:
        """The moments from the begin of the first day to the end of the last."""
        begin, end = (datetime.combine(day, time(), AMSTERDAM) for day in (self.first, self.last + A_DAY))
        return Span(begin, end)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, as it was typed; `days` and `other` are None when it can't be; `faults` say why, by field."""

    first: str
    last: str
    compare: str
    days: Days | None
    other: Days | None
    faults: Mapping[str, str]


def chosen(asked: Mapping[str, str], today: date) -> Chosen:
    """The period in a form's fields `from`, `until` and `compare`; the past four weeks where nothing was asked."""
    last = asked.get("until", "").strip() or today.isoformat()
    first = asked.get("from", "").strip() or ((max(_day(last) or today, EARLIEST) - USUAL + A_DAY).isoformat())
    compare = asked.get("compare", "").strip() or "before"
    begin, end = _day(first), _day(last)
    faults: dict[str, str] = {}
    if begin is None or begin < EARLIEST:
        faults["from"] = "day"
    if end is None or end > today:
        faults["until"] = "future" if end else "day"
    if begin and end and not faults and begin > end:
        faults["until"] = "order"
    elif begin and end and not faults and end - begin >= LONGEST:
        faults["until"] = "long"
    if compare not in COMPARED:
        faults["compare"] = "choice"
    if faults or begin is None or end is None:
        return Chosen(first, last, compare, None, None, faults)
    days = Days(begin, end)
    return Chosen(first, last, compare, days, compared(days, compare), faults)


def compared(days: Days, how: str) -> Days | None:
    """The period before it that is as long, or the same days (of the week) a year before."""
    if how == "before":
        length = days.last - days.first + A_DAY
        return Days(days.first - length, days.first - A_DAY)
    if how == "year":
        return Days(days.first - timedelta(days=364), days.last - timedelta(days=364))
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None
