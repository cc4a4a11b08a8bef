"""Statutory terms, held against the list of days with their articles that the calendar is held against."""

import csv
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.holidays import AMSTERDAM
from app.procedures.inquiry import due
from app.procedures.terms import last_day, term_end

LIST: Final = Path(__file__).parents[1] / "directory" / "legal_holidays_2025_2032.csv"
HOLIDAYS: Final = {date.fromisoformat(row["date"]) for row in csv.DictReader(LIST.read_text().splitlines())}
DAY: Final = timedelta(days=1)

days_of_the_list = st.dates(date(2025, 1, 1), date(2032, 8, 31))
moments = st.datetimes(datetime(2025, 1, 2), datetime(2032, 8, 31), timezones=st.just(UTC))


def _usual(day: date, extra: Collection[date] = ()) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS and day not in extra


def _by_hand(began_on: date, days: int, extra: Collection[date] = ()) -> date:
    """Article 1, 2 and 4 as they are read: the first day on which everything that they ask is so."""
    last = began_on + days * DAY
    if days > 90:
        return last
    while True:
        inside = [began_on + count * DAY for count in range(1, (last - began_on).days + 1)]
        two = days < 3 or sum(_usual(day, extra) for day in inside) >= 2
        if two and _usual(last, extra):
            return last
        last += DAY


@settings(deadline=None)  # the first holidays of a year take long to compute
@given(days_of_the_list, st.integers(1, 100), st.sets(st.dates(date(2025, 1, 1), date(2032, 12, 31)), max_size=3))
def test_a_term_ends_when_the_act_says(began_on: date, days: int, extra: set[date]) -> None:
    """A term that is counted a day too long is a term that is missed."""
    assert last_day(began_on, days, extra=extra) == _by_hand(began_on, days, extra)


@settings(deadline=None)
@given(days_of_the_list, st.integers(1, 90))
def test_a_term_never_shrinks_and_never_ends_on_a_day_of_rest(began_on: date, days: int) -> None:
    """Whatever the calendar holds; and where the act does not apply, nothing moves."""
    last = last_day(began_on, days)
    assert last >= began_on + days * DAY
    assert _usual(last)
    assert last_day(began_on, days, moves=False) == began_on + days * DAY
    assert last_day(began_on, days) <= last_day(began_on, days + 1) or days == 90


@settings(deadline=None)
@given(moments)
def test_an_inquiry_is_due_when_the_last_day_is_over_here(registered_at: datetime) -> None:
    """Fourteen days from the day of registration in Amsterdam, to midnight there, on either side of a clock change."""
    here = registered_at.astimezone(AMSTERDAM).date()
    ends = due(registered_at).astimezone(AMSTERDAM)
    assert (ends.hour, ends.minute) == (0, 0)
    assert ends.date() - DAY == _by_hand(here, 14)


@pytest.mark.parametrize(
    ("registered", "last"),
    [
        ("2026-11-16T10:00:00+01:00", "2026-11-30"),  # a Monday: as it is
        ("2026-12-11T10:00:00+01:00", "2026-12-28"),  # ends on the first Christmas day; then the second, Saturday, Sunday
        ("2026-04-21T10:00:00+02:00", "2026-05-06"),  # ends on 5 May, which is a holiday of the act every year
        ("2026-03-20T10:00:00+01:00", "2026-04-07"),  # ends on Good Friday; Easter Monday is one too
        ("2027-04-22T10:00:00+02:00", "2027-05-07"),  # Ascension Day, the day after Liberation Day
        ("2026-11-15T23:30:00+00:00", "2026-11-30"),  # after midnight in Amsterdam it was the 16th
    ],
)
def test_terms_by_hand(registered: str, last: str) -> None:
    """Cases that somebody can check with a calendar on the wall."""
    assert (due(datetime.fromisoformat(registered)).astimezone(AMSTERDAM).date() - DAY).isoformat() == last


def test_a_short_term_holds_two_usual_days() -> None:
    """Three days from the Thursday before Easter (Good Friday, Easter Monday): Tuesday and Wednesday are the two."""
    assert last_day(date(2026, 4, 2), 3) == date(2026, 4, 8)
    assert last_day(date(2026, 4, 2), 2) == date(2026, 4, 7)


def test_a_day_by_decree_moves_a_term() -> None:
    """The Friday after Ascension Day, as every three years a decree says."""
    friday = date(2026, 5, 15)
    assert last_day(date(2026, 5, 1), 14) == friday
    assert last_day(date(2026, 5, 1), 14, extra={friday}) == date(2026, 5, 18)


def test_there_is_no_term_of_no_days() -> None:
    """Zero days is no term but a mistake."""
    with pytest.raises(ValueError, match="at least one"):
        term_end(datetime(2026, 1, 1, tzinfo=UTC), 0)
