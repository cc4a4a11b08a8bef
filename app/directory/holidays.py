"""Two calendars. Sources: Algemene termijnenwet art. 1 and 3 (statutory terms), domain.md "Two calendars" (service promises).

The service calendar has Monday to Friday and the public holidays; the statutory one adds 5 May every year. Days equated by
royal decree are entered by hand elsewhere: no library knows them.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from holidays import country_holidays

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
SATURDAY: Final = 5
NO_DAYS: Final[frozenset[date]] = frozenset()


@cache
def service_holidays(year: int) -> frozenset[date]:
    """Days on which offices are closed: public holidays, 5 May only when it is a lustrum."""
    return frozenset(country_holidays("NL", years=year))


@cache
def holiday_names(year: int, language: str) -> Mapping[date, str]:
    """What the days of `service_holidays` are called, in Dutch (`nl`) or English."""
    return dict(country_holidays("NL", years=year, language="nl" if language == "nl" else "en_US").items())


@cache
def statutory_holidays(year: int) -> frozenset[date]:
    """Days on which a statutory term can't end: as above, and 5 May every year."""
    return frozenset(country_holidays("NL", years=year, categories=("public", "optional")))


def is_working_day(day: date, closed: frozenset[date] = NO_DAYS) -> bool:
    """Whether offices work on `day`: Monday to Friday, no public holiday, none of the days on which this one is `closed`."""
    return day.weekday() < SATURDAY and day not in service_holidays(day.year) and day not in closed


def add_working_days(at: datetime, days: int, closed: frozenset[date] = NO_DAYS) -> datetime:
    """The same local clock time, `days` working days after `at`, in the time zone of `at`.

    On a day that is none it starts to count at the next one: two days after a Saturday is a Tuesday.
    """
    local = at.astimezone(AMSTERDAM)
    day = local.date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, closed)
    return local.replace(year=day.year, month=day.month, day=day.day, fold=0).astimezone(at.tzinfo)


def statutory_end(last_day: date, decreed: frozenset[date] = NO_DAYS) -> date:
    """The last day of a statutory term that would end on `last_day`, moved off weekends and holidays (Atw art. 1).

    `decreed`: days that a royal decree equates with them (art. 3(3)); no library knows those.
    """
    while last_day.weekday() >= SATURDAY or last_day in statutory_holidays(last_day.year) or last_day in decreed:
        last_day += timedelta(days=1)
    return last_day
