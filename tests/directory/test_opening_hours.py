"""When a desk is open, held against a walk over every minute of some days: both clock changes, feast days, midnight."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import LOOKED_AHEAD, OpeningHours, closes_at, is_open, next_opening

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
# The clock goes back, goes forward (at Easter), Christmas, the turn of the year, King's Day.
AROUND: Final = tuple(date.fromisoformat(day) for day in ("2026-10-25", "2027-03-28", "2026-12-25", "2026-12-31", "2027-04-27"))
FEASTS: Final = {"2026-12-25", "2026-12-26", "2027-01-01", "2027-03-26", "2027-03-28", "2027-03-29", "2027-04-27"}
WALKED: Final = 3

Told = dict[str, Any]


def _start(around: date) -> datetime:
    return datetime.combine(around - timedelta(days=WALKED), time(), UTC)


@cache
def _wall(around: date) -> dict[datetime, int]:
    """At which minute of the walk the clock on the wall first shows a time."""
    first: dict[datetime, int] = {}
    for minute in range((2 * WALKED + 2) * 24 * 60):
        shown = (_start(around) + minute * MINUTE).astimezone(AMSTERDAM).replace(tzinfo=None)
        first.setdefault(shown, minute)
    return first


def _minute_of(around: date, shown: datetime) -> int:
    """A time that the clock skips comes when it would have come, had nobody touched the clock (as RFC 5545 says)."""
    first = _wall(around)
    return first[shown] if shown in first else first[shown - HOUR] + 60


def _told_for(told: Told, day: date) -> list[str]:
    if day.isoformat() in told["exceptions"]:
        return list(told["exceptions"][day.isoformat()])
    if told["closedOnHolidays"] and day.isoformat() in FEASTS:
        return []
    return list(told["weekly"].get(str(day.weekday()), []))


def _open_minutes(told: Told, around: date) -> frozenset[int]:
    found: set[int] = set()
    for ahead in range(1 - WALKED, WALKED + 1):
        midnight = datetime.combine(around + timedelta(days=ahead), time())
        for span in _told_for(told, midnight.date()):
            start, end = (int(text[:2]) * HOUR + int(text[3:]) * MINUTE for text in span.split("-"))
            end += timedelta(days=1) if end <= start else timedelta()
            found |= set(range(_minute_of(around, midnight + start), _minute_of(around, midnight + end)))
    return frozenset(found)


def _span(start: int, minutes: int) -> str:
    end = (start + minutes) % 1440
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


starts = st.one_of(st.integers(0, 1439), st.integers(100, 200), st.sampled_from([0, 120, 150, 180, 1439]))
spans = st.builds(_span, starts, st.one_of(st.integers(1, 1439), st.integers(1, 150)))
# A span that starts in the hour that the clock skips is alone on its day: the spans of a day are walked in the order of the wall.
days = st.lists(spans, max_size=3).map(lambda told: [one for one in told if one.startswith("02:")][:1] or told)


@st.composite
def situations(draw: st.DrawFn) -> tuple[date, Told, int]:
    """Hours as they are told, and a minute near a day on which something is different."""
    around = draw(st.sampled_from(AROUND))
    near = [(around + timedelta(days=ahead)).isoformat() for ahead in (-1, 0, 1)]
    told: Told = {
        "weekly": draw(st.dictionaries(st.sampled_from("0123456"), days)),
        "exceptions": draw(st.dictionaries(st.sampled_from(near), days, max_size=2)),
        "closedOnHolidays": draw(st.booleans()),
    }
    return around, told, draw(st.integers((WALKED - 1) * 1440, (WALKED + 1) * 1440))


@settings(deadline=None, max_examples=100)
@given(situations(), st.sampled_from([0, 59]))
def test_every_minute_is_as_the_clock_on_the_wall_says(situation: tuple[date, Told, int], seconds: int) -> None:
    """Open, closing and opening again: an hour wrong on the night of a clock change sends a caller to nobody."""
    around, told, minute = situation
    hours, minutes = OpeningHours.parse(told), _open_minutes(told, around)
    at = _start(around) + minute * MINUTE + timedelta(seconds=seconds)
    walked = (2 * WALKED + 1) * 1440
    assert is_open(hours, at) == (minute in minutes)
    opens, closes = next_opening(hours, at), closes_at(hours, at)
    if minute in minutes:
        closed = next((one for one in range(minute, walked) if one not in minutes), None)
        assert opens == at
        assert closes is not None
        assert closes == _start(around) + closed * MINUTE if closed is not None else closes >= at
    else:
        opened = next((one for one in range(minute, walked) if one in minutes), None)
        assert closes is None
        assert opens == _start(around) + opened * MINUTE if opened is not None else opens is None or opens > at


@given(st.dictionaries(st.sampled_from(["0", "1-4", "5-6"]), days), st.booleans())
def test_hours_survive_being_stored(weekly: dict[str, list[str]], always: bool) -> None:  # noqa: FBT001  a strategy fills it
    """A decision is replayed from what was stored with it, midnight included."""
    hours = OpeningHours.parse({"weekly": weekly, "always": always, "exceptions": {"2026-12-24": ["18:00-24:00"]}})
    assert OpeningHours.parse(hours.to_json()) == hours


def test_whoever_is_never_closed_never_closes() -> None:
    """`always` goes before holidays and exceptions: a night desk can't be closed by a calendar."""
    hours = OpeningHours.parse({"always": True, "closedOnHolidays": True, "exceptions": {"2026-12-25": []}})
    christmas = datetime(2026, 12, 25, 3, tzinfo=UTC)
    assert is_open(hours, christmas)
    assert (next_opening(hours, christmas), closes_at(hours, christmas)) == (christmas, None)


def test_a_desk_that_never_opens_has_no_next_opening() -> None:
    """No promise is better than one that is not kept; the one day of next year is still found."""
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    once = (at + timedelta(days=LOOKED_AHEAD - 1)).date()
    assert next_opening(OpeningHours(), at) is None
    opened = next_opening(OpeningHours.parse({"exceptions": {once.isoformat(): ["09:00-10:00"]}}), at)
    assert opened is not None
    assert opened.astimezone(AMSTERDAM).replace(tzinfo=None) == datetime.combine(once, time(9))


def test_two_spans_that_touch_are_one_opening() -> None:
    """Nobody is told that a desk closes at midnight when it opens at midnight."""
    hours = OpeningHours.parse({"weekly": {"1": ["09:00-12:00", "12:00-24:00"], "2": ["00:00-02:00"]}})
    assert closes_at(hours, datetime(2026, 11, 24, 9, tzinfo=UTC)) == datetime(2026, 11, 25, 1, tzinfo=UTC)


NONSENSE: Final = {
    "no such day": {"weekly": {"7": ["09:00-17:00"]}},
    "days backwards": {"weekly": {"4-0": ["09:00-17:00"]}},
    "a day by name": {"weekly": {"monday": ["09:00-17:00"]}},
    "a day before Monday": {"weekly": {"-1": ["09:00-17:00"]}},
    "no such hour": {"weekly": {"0": ["09:00-25:00"]}},
    "no such minute": {"weekly": {"0": ["09:60-17:00"]}},
    "past midnight by the clock": {"weekly": {"0": ["09:00-24:01"]}},
    "starts at 24:00": {"weekly": {"0": ["24:00-09:00"]}},
    "ends where it starts": {"weekly": {"0": ["09:00-09:00"]}},
    "no end": {"weekly": {"0": ["09:00"]}},
    "no minutes": {"weekly": {"0": ["9-17"]}},
    "three times": {"weekly": {"0": ["09:00-12:00-17:00"]}},
    "not a list": {"weekly": {"0": "09:00-17:00"}},
    "no such date": {"exceptions": {"2026-02-29": []}},
    "a span that can't be, on one day": {"exceptions": {"2026-12-24": ["12:00"]}},
}


@pytest.mark.parametrize("told", NONSENSE.values(), ids=NONSENSE.keys())
def test_what_can_not_be_is_refused(told: Told) -> None:
    """Hours that are guessed at are hours at which a caller finds nobody."""
    with pytest.raises(ValueError, match=r"."):
        OpeningHours.parse(told)
