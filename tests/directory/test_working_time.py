"""Working time against oracles that are slow and obvious: they walk through every quarter of an hour, and read the list of days."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.holidays import AMSTERDAM
from app.directory.working_time import (
    OFFICE,
    Calendar,
    add_working_time,
    end_of,
    is_statutory_day,
    next_working_moment,
    statutory_term,
    working_days_after,
    working_days_between,
    working_time_between,
)

LISTED: Final = {
    date.fromisoformat(row["date"])
    for row in csv.DictReader(Path(__file__).with_name("legal_holidays_2025_2032.csv").read_text().splitlines())
}
LUSTRUM: Final = {2025, 2030}
QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
# Both clock changes of some years, and the days around feasts, more often than chance would have them.
NEAR: Final = [
    datetime(*day, tzinfo=UTC) for day in ((2026, 3, 27), (2026, 10, 23), (2027, 3, 26), (2025, 4, 17), (2025, 12, 24))
]

quarters = st.integers(0, 8 * 365 * 96 - 40 * 96).map(lambda number: datetime(2025, 1, 1, tzinfo=UTC) + number * QUARTER)
moments = quarters | st.builds(lambda near, number: near + number * QUARTER, st.sampled_from(NEAR), st.integers(0, 5 * 96))
days_off = st.frozensets(st.dates(date(2025, 1, 1), date(2032, 11, 30)), max_size=5)
calendars = st.builds(
    lambda opens, longer, closed: Calendar(time(opens), time((opens + longer) % 24), closed),
    st.integers(0, 15),
    st.integers(1, 9),
    days_off,
)


def _offices_work(day: date, closed: frozenset[date] = frozenset()) -> bool:
    feast = day in LISTED and not ((day.month, day.day) == (5, 5) and day.year not in LUSTRUM)
    return day.weekday() < 5 and not feast and day not in closed


def _works_at(at: datetime, calendar: Calendar) -> bool:
    local = at.astimezone(AMSTERDAM)
    opened = local.time() >= calendar.opens and (calendar.closes == time(0) or local.time() < calendar.closes)
    return opened and _offices_work(local.date(), calendar.closed)


def _slowly(at: datetime, much: timedelta, calendar: Calendar) -> datetime:
    while much:
        much -= QUARTER * _works_at(at, calendar)
        at += QUARTER
    return at


@settings(deadline=None, max_examples=60)
@given(moments, st.integers(0, 80), calendars)
def test_working_time_is_what_the_clock_on_the_wall_counts(at: datetime, much: int, calendar: Calendar) -> None:
    """A promise of four working hours made on Friday at four is kept on Monday at noon, whatever the clocks did that night."""
    ends = add_working_time(at, much * QUARTER, calendar)
    assert ends == _slowly(at, much * QUARTER, calendar)
    assert working_time_between(at, ends, calendar) == much * QUARTER
    assert working_time_between(ends, at - QUARTER, calendar) == timedelta()


@settings(deadline=None, max_examples=60)
@given(moments, st.integers(0, 40), st.integers(0, 40), calendars)
def test_time_added_twice_is_time_added_once(at: datetime, some: int, more: int, calendar: Calendar) -> None:
    """Two steps neither gain nor lose a minute over a weekend."""
    twice = add_working_time(add_working_time(at, some * QUARTER, calendar), more * QUARTER, calendar)
    assert twice == add_working_time(at, (some + more) * QUARTER, calendar)


@settings(deadline=None, max_examples=60)
@given(moments, calendars)
def test_the_next_working_moment_is_now_or_when_the_doors_open(at: datetime, calendar: Calendar) -> None:
    """Nobody is promised an answer at a moment when nobody is there."""
    found = next_working_moment(at, calendar)
    assert _works_at(found, calendar)
    assert found == at or not any(_works_at(at + number * QUARTER, calendar) for number in range((found - at) // QUARTER))


@settings(deadline=None, max_examples=60)
@given(moments, st.integers(0, 25), days_off)
def test_an_office_that_is_closed_besides_counts_fewer_days(at: datetime, days: int, closed: frozenset[date]) -> None:
    """The Friday after Ascension Day, on which one organisation works and the next does not."""
    calendar = Calendar(closed=closed)
    ended = working_days_after(at, days, calendar)
    first, last = (one.astimezone(AMSTERDAM).date() for one in (at, ended))
    walked = [first + ahead * DAY for ahead in range(1, (last - first).days + 1)]
    assert sum(_offices_work(day, closed) for day in walked) == days == working_days_between(first, last, calendar)
    assert ended >= working_days_after(at, days)
    assert not days or _offices_work(last, closed)


@settings(deadline=None)
@given(st.dates(date(2025, 1, 1), date(2032, 12, 31)))
def test_a_statutory_day_is_one_that_the_list_leaves(day: date) -> None:
    """5 May every year and Good Friday are none, whatever offices do on them."""
    assert is_statutory_day(day) == (day.weekday() < 5 and day not in LISTED)
    assert not is_statutory_day(day, frozenset({day}))


@settings(deadline=None)
@given(moments, st.integers(1, 60), days_off)
def test_a_statutory_term_ends_when_its_last_day_is_over(begins: datetime, days: int, decreed: frozenset[date]) -> None:
    """Never sooner than was granted, never on a day on which nothing can be done, and not a day later than it must."""
    ends = statutory_term(begins, days, decreed)
    first = begins.astimezone(AMSTERDAM).date()
    last = (ends.astimezone(AMSTERDAM) - timedelta(minutes=1)).date()
    can_act = [day.weekday() < 5 and day not in LISTED and day not in decreed for day in _days(first, last)]
    enough = 2 if days >= 3 else 1
    assert ends.astimezone(AMSTERDAM).time() == time(0)
    assert ends - begins > days * DAY - timedelta(hours=1)
    assert can_act[-1]
    assert sum(can_act) >= enough
    sooner = can_act[:-1]
    assert len(can_act) == days or not any(
        good and sum(sooner[: place + 1]) >= enough for place, good in enumerate(sooner) if place + 1 >= days
    )


def _days(first: date, last: date) -> list[date]:
    return [first + ahead * DAY for ahead in range(1, (last - first).days + 1)]


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        ("2026-03-20T10:00+01:00", 14, "2026-04-07"),  # the fourteenth day is Good Friday: the Tuesday after Easter
        ("2027-04-21T10:00+02:00", 14, "2027-05-07"),  # 5 May, on which offices work and no term ends; then Ascension Day
        ("2026-12-24T10:00+01:00", 3, "2026-12-29"),  # two Christmas days and a Sunday: art. 2
        ("2026-11-24T23:30+01:00", 1, "2026-11-25"),
        ("2026-11-24T23:30+00:00", 1, "2026-11-26"),  # it was the 25th here already
    ],
)
def test_terms_that_anybody_can_count_on_a_calendar(begins: str, days: int, ends: str) -> None:
    """By hand, so that rule and oracle can't be wrong together."""
    assert statutory_term(datetime.fromisoformat(begins), days) == end_of(date.fromisoformat(ends))


@pytest.mark.parametrize(
    ("at", "hours", "ends"),
    [
        ("2026-11-27T16:00+01:00", 4, "2026-11-30T12:00+01:00"),  # Friday at four to Monday at noon
        ("2026-03-27T16:00+01:00", 8, "2026-03-30T16:00+02:00"),  # over the night that has no third hour
        ("2026-10-23T16:00+02:00", 8, "2026-10-26T16:00+01:00"),  # and the one that has it twice
        ("2027-05-05T08:00+02:00", 1, "2027-05-05T10:00+02:00"),  # offices work on 5 May
        ("2030-05-05T08:00+02:00", 1, "2030-05-06T10:00+02:00"),  # a Sunday in a lustrum
        ("2026-11-28T12:00+01:00", 0, "2026-11-28T12:00+01:00"),
    ],
)
def test_working_hours_that_anybody_can_count(at: str, hours: int, ends: str) -> None:
    """By hand too."""
    assert add_working_time(datetime.fromisoformat(at), timedelta(hours=hours)) == datetime.fromisoformat(ends)


def test_a_night_office_loses_an_hour_in_spring_and_has_one_more_in_autumn() -> None:
    """Hours are elapsed time: from Friday midnight to Monday midnight the wall shows 72 whatever passed."""
    for friday, passed in ((datetime(2026, 3, 27, tzinfo=AMSTERDAM), 71), (datetime(2026, 10, 23, tzinfo=AMSTERDAM), 73)):
        monday = friday + 3 * DAY
        assert (monday.astimezone(UTC) - friday.astimezone(UTC)) == timedelta(hours=passed)
        assert working_time_between(friday, monday, Calendar(time(0), time(0))) == timedelta(hours=24)


def test_hours_that_can_not_be_are_refused() -> None:
    """A calendar in which nobody ever works would be a promise that is never due."""
    with pytest.raises(ValueError, match="closes after"):
        Calendar(time(17), time(9))
    with pytest.raises(ValueError, match="never taken back"):
        add_working_time(datetime(2026, 1, 1, tzinfo=UTC), -QUARTER, OFFICE)
    with pytest.raises(ValueError, match="elapsed time"):
        statutory_term(datetime(2026, 1, 1, tzinfo=UTC), 0)
