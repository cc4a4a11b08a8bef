"""Rosters go on beyond what is planned, as they were."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.holidays import AMSTERDAM
from app.simulation.repeating import repeated
from app.simulation.snapshot import Snapshot, Turn
from app.simulation.taking_turns import taken_in_turns
from tests.routing.places import an_id
from tests.simulation.imagined import a_country, a_turn


def _country(turns: list[Turn]) -> Snapshot:
    country = a_country()
    return Snapshot(7, country.municipalities, country.services, country.areas, country.rosters, {1: turns})


@given(st.integers(8, 60), st.sampled_from([(time(8),), (time(8), time(20)), (time(7), time(15), time(23))]), st.integers(0, 200))
def test_a_rotation_goes_on_at_the_same_times_without_gap_or_overlap(days: int, hand_over: tuple[time, ...], ahead: int) -> None:
    """Over both clock changes: each repeated shift starts and ends at the local time of one some whole weeks before it."""
    made = taken_in_turns(("a", "b", "c"), hand_over, date(2026, 9, 20), days)
    turns = [Turn(an_id(str(n)), 1, 1, one.span.start, one.span.end, one.participant) for n, one in enumerate(made)]
    until = turns[-1].end + timedelta(days=ahead)
    told = repeated(_country(turns), until).turns[1]
    assert list(told[: len(turns)]) == turns
    assert all(one.end == following.start for one, following in pairwise(told))
    assert told[-1].start < until <= told[-1].end or ahead == 0
    before = {(one.start.astimezone(AMSTERDAM).replace(tzinfo=None), one.participant) for one in told}
    for one in told[len(turns) :]:
        wall = one.start.astimezone(AMSTERDAM).replace(tzinfo=None)
        assert any((wall - timedelta(weeks=weeks), one.participant) in before for weeks in range(1, 5))


@pytest.mark.parametrize("turns", [[], [a_turn(datetime(2026, 12, 7, 8, tzinfo=UTC), 12)]])
def test_what_has_no_week_to_repeat_stays_as_it_is(turns: list[Turn]) -> None:
    """A single shift is no pattern."""
    assert list(repeated(_country(turns), datetime(2027, 12, 7, tzinfo=UTC)).turns[1]) == turns
