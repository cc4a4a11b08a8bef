"""Shifts: whose turn it is, what nobody covers, and rotations made ahead."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.directory.roster import Rotation, Shift, gaps_in, on_duty, shifts_of

NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
WINDOW: Final = Span(NOON, NOON + 24 * HOUR)


def _at(hour: int) -> datetime:
    return NOON + hour * HOUR


def _shift(start: int, hours: int, layer: int = 1) -> Shift:
    return Shift(Span(_at(start), _at(start + hours)), f"team {start}", layer)


shifts = st.lists(st.builds(_shift, st.integers(-6, 23), st.integers(1, 12), st.integers(1, 3)), max_size=8)
# Both clock changes lie within these days; nobody hands over in the hour that is skipped or comes twice.
first_days = st.sampled_from([date(2026, 10, 20), date(2027, 3, 25), date(2026, 12, 28)])
hand_overs = st.sets(st.builds(time, st.integers(3, 23), st.sampled_from([0, 30])), min_size=1, max_size=4)
teams = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=4, unique=True)


@given(first_days, st.integers(1, 14), hand_overs, teams)
def test_a_rotation_has_no_gaps_and_no_overlaps(first: date, days: int, times: set[time], who: list[str]) -> None:
    """At every moment somebody's turn, and one person's only; over a clock change a night is an hour longer or shorter."""
    made = list(shifts_of(Rotation(tuple(who), tuple(times)), first, days, Random(1)))
    assert all(one.span.end == other.span.start for one, other in pairwise(made))
    assert gaps_in(Span(made[0].span.start, made[-1].span.end), made) == ()
    assert {shift.span.start.astimezone(AMSTERDAM).time() for shift in made} <= times
    assert made[0].span.start == datetime.combine(first, min(times), AMSTERDAM)
    assert made[-1].span.end == datetime.combine(first + timedelta(days=days), max(times), AMSTERDAM)


@given(first_days, hand_overs, teams)
def test_everybody_takes_turns(first: date, times: set[time], who: list[str]) -> None:
    """The same team twice in a row is a team that did not sleep."""
    made = [shift.participant for shift in shifts_of(Rotation(tuple(who), tuple(times)), first, 12, Random(1))]
    assert made == [who[turn % len(who)] for turn in range(len(made))]


def test_turns_that_nobody_took_are_seen_as_gaps() -> None:
    """The planner must see tonight's gap today."""
    rotation = Rotation(("A", "B"), (time(8), time(20)), left_open=0.5)
    made = list(shifts_of(rotation, date(2026, 11, 24), 30, Random(1)))
    whole = Span(made[0].span.start, made[-1].span.end)
    gaps = gaps_in(whole, made)
    covered = sum((shift.span.end - shift.span.start for shift in made), timedelta())
    assert gaps
    assert sum((gap.end - gap.start for gap in gaps), covered) == whole.end - whole.start
    assert list(shifts_of(Rotation(("A",), (time(8),), left_open=1.0), date(2026, 11, 24), 30, Random(1))) == []


@given(shifts)
def test_a_gap_is_where_nobody_is_on_duty(found: list[Shift]) -> None:
    """Hour by hour: an hour is in a gap, or somebody has it, whatever the layers."""
    gaps = gaps_in(WINDOW, found)
    for at in (_at(hour) for hour in range(24)):
        assert any(gap.contains(at) for gap in gaps) == (on_duty(found, at) is None)
    assert all(WINDOW.start <= gap.start and gap.end <= WINDOW.end for gap in gaps)
    assert all(one.end < other.start for one, other in pairwise(gaps))


@given(shifts, st.integers(0, 23))
def test_the_highest_layer_counts(found: list[Shift], hour: int) -> None:
    """Whoever swapped with a colleague is the one who is called."""
    duty = on_duty(found, _at(hour))
    running = [shift for shift in found if shift.span.contains(_at(hour))]
    assert (duty is None) == (not running)
    assert duty is None or duty.layer == max(shift.layer for shift in running)


def test_at_the_hand_over_the_next_one_is_on_duty() -> None:
    """Two on duty at eight sharp are two who each think the other will answer."""
    night, day = _shift(0, 8), _shift(8, 8)
    assert on_duty((night, day), _at(8)) == day
    assert on_duty((night, day), _at(8) - timedelta(microseconds=1)) == night
    assert on_duty((night, day), _at(16)) is None
