"""Two calendars, held against the list beside this file: 88 days of 2025 to 2032, each with its article of the Algemene termijnenwet.

The list was made with the library that we use, so it is itself held against the act; days by royal decree are not in it.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.holidays import (
    AMSTERDAM,
    add_working_days,
    holiday_names,
    is_working_day,
    service_holidays,
    statutory_end,
    statutory_holidays,
)

WITH_REASON: Final = {
    date.fromisoformat(row["date"]): row["basis"]
    for row in csv.DictReader(Path(__file__).with_name("legal_holidays_2025_2032.csv").read_text().splitlines())
}
YEARS: Final = range(2025, 2033)
LUSTRUM: Final = {2025, 2030}
DAY: Final = timedelta(days=1)
EASTERS: Final = ("2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13", "2032-03-28")

dates = st.dates(date(2025, 1, 1), date(2032, 11, 30))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2032, 11, 30), timezones=st.just(UTC))


def _is_liberation_day(day: date) -> bool:
    return (day.month, day.day) == (5, 5)


def _offices_work(day: date) -> bool:
    closed = day in WITH_REASON and not (_is_liberation_day(day) and day.year not in LUSTRUM)
    return day.weekday() < 5 and not closed


@pytest.mark.parametrize("easter", [date.fromisoformat(day) for day in EASTERS], ids=EASTERS)
def test_the_list_says_what_the_act_says(easter: date) -> None:
    """Article 3, by hand: an oracle that comes from the library alone would share its mistakes."""
    year = easter.year
    kings_day = date(year, 4, 27)
    fixed = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    moving = {easter + days * DAY for days in (-2, 0, 1, 39, 49, 50)}
    expected = fixed | moving | {kings_day - DAY if kings_day.weekday() == 6 else kings_day}
    assert {day for day in WITH_REASON if day.year == year} == expected


@pytest.mark.parametrize("year", YEARS)
def test_statutory_terms_know_the_days_of_the_act(year: int) -> None:
    """A term that ends on a day that the act leaves out is a term that is missed."""
    assert statutory_holidays(year) == {day for day in WITH_REASON if day.year == year}


@pytest.mark.parametrize("year", YEARS)
def test_offices_work_on_5_may_unless_it_is_a_lustrum(year: int) -> None:
    """The one day on which the two calendars differ: most desks are open then, and no term may end."""
    differs = statutory_holidays(year) - service_holidays(year)
    assert differs == (set() if year in LUSTRUM else {date(year, 5, 5)})
    assert service_holidays(year) <= statutory_holidays(year)


@settings(deadline=None)  # the first holidays of a year take long to compute
@given(dates)
def test_a_working_day_is_neither_weekend_nor_holiday(day: date) -> None:
    """Promises are counted in these days."""
    assert is_working_day(day) == _offices_work(day)


@settings(deadline=None)
@given(dates)
def test_a_statutory_term_ends_on_the_first_day_that_is_none_of_them(day: date) -> None:
    """Neither a day too late, nor on a Sunday, on which nobody can act."""
    expected = day
    while expected.weekday() >= 5 or expected in WITH_REASON:
        expected += DAY
    assert statutory_end(day) == expected


@pytest.mark.parametrize(
    ("ends", "moved"),
    [
        ("2026-04-03", "2026-04-07"),  # Good Friday to the Tuesday after Easter
        ("2026-05-05", "2026-05-06"),
        ("2027-12-25", "2027-12-27"),  # both Christmas days in a weekend
        ("2032-12-31", "2032-12-31"),
        ("2028-01-01", "2028-01-03"),
    ],
)
def test_terms_that_are_known_from_the_calendar_on_the_wall(ends: str, moved: str) -> None:
    """Days that anybody can look up, so that rule and oracle can't be wrong together."""
    assert statutory_end(date.fromisoformat(ends)) == date.fromisoformat(moved)


@settings(deadline=None)
@given(moments, st.integers(0, 30))
def test_working_days_are_counted_one_by_one(at: datetime, days: int) -> None:
    """A deadline that counts a feast day comes too early; the clock on the wall stays, whatever was done to it."""
    local, ended = at.astimezone(AMSTERDAM), add_working_days(at, days).astimezone(AMSTERDAM)
    passed = [local.date() + DAY * ahead for ahead in range(1, (ended.date() - local.date()).days + 1)]
    assert sum(_offices_work(day) for day in passed) == days
    assert not days or _offices_work(ended.date())
    if ended.utcoffset() == (ended + timedelta(hours=2)).utcoffset() == (ended - timedelta(hours=2)).utcoffset():
        assert ended.time() == local.time()


@settings(deadline=None)
@given(moments, st.integers(0, 30), st.integers(0, 30))
def test_days_added_twice_are_days_added_once(at: datetime, some: int, more: int) -> None:
    """Two steps must not gain or lose a day over a weekend."""
    twice = add_working_days(add_working_days(at, some), more).astimezone(AMSTERDAM)
    assert twice.date() == add_working_days(at, some + more).astimezone(AMSTERDAM).date()


@pytest.mark.parametrize("year", [2026, 2027, 2030])
def test_every_holiday_has_a_name_in_both_languages(year: int) -> None:
    """A roster names the day on which fewer people are there."""
    dutch, english = holiday_names(year, "nl"), holiday_names(year, "en")
    assert dutch.keys() == english.keys() == service_holidays(year)
    assert (dutch[date(year, 12, 25)], english[date(year, 12, 25)]) == ("Eerste kerstdag", "Christmas Day")
