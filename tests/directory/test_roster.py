"""Shifts: whose turn it is, and what nobody covers."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from app.core.spans import Span
from app.directory.roster import Shift, gaps_in, on_duty

NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
WINDOW: Final = Span(NOON, NOON + 24 * HOUR)


def _at(hour: int) -> datetime:
    return NOON + hour * HOUR


def _shift(start: int, hours: int, layer: int = 1) -> Shift:
    return Shift(Span(_at(start), _at(start + hours)), f"team {start}", layer)


shifts = st.lists(st.builds(_shift, st.integers(-6, 23), st.integers(1, 12), st.integers(1, 3)), max_size=8)


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
