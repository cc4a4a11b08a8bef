"""Rotations against an oracle that looks at the clock every minute, over both changes of the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.directory.rotations import EVERY_DAY, Rotation, Unit, turns, whose

A, B, C = (UUID(int=number) for number in (1, 2, 3))
MINUTE: Final = timedelta(minutes=1)
CHANGES: Final = (date(2026, 10, 25), date(2027, 3, 28), date(2026, 12, 1))

days_near = st.builds(lambda change, ahead: change + timedelta(days=ahead), st.sampled_from(CHANGES), st.integers(-5, 1))
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
rotations = st.builds(
    Rotation,
    id=st.just(A),
    layer=st.just(1),
    unit=st.sampled_from(Unit),
    every=st.integers(1, 9),
    hand_over=clocks,
    starts_on=days_near,
    participants=st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=3, unique=True).map(tuple),
    weekdays=st.one_of(st.just(EVERY_DAY), st.frozensets(st.integers(1, 7), min_size=1)),
    day_from=clocks,
    day_to=clocks,
) | st.builds(
    Rotation,
    id=st.just(A),
    layer=st.just(1),
    unit=st.sampled_from(Unit),
    every=st.integers(1, 30),
    hand_over=clocks,
    starts_on=days_near,
    ends_on=st.none() | st.sampled_from([date(2026, 10, 27), date(2027, 3, 29), date(2027, 4, 9)]),
    participants=st.just((A, B, C)),
    weekdays=st.one_of(st.just(EVERY_DAY), st.frozensets(st.integers(1, 7), min_size=1)),
)


def _shown(span: Span) -> Iterator[tuple[datetime, datetime]]:
    """Every minute with the latest time that the clock on the wall has shown so far: what came once does not come again."""
    at = span.start - timedelta(hours=3)
    latest = datetime(1, 1, 1)
    while at < span.end:
        latest = max(latest, at.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0))
        if at >= span.start:
            yield at, latest
        at += MINUTE


def _on_duty(rotation: Rotation, clock: datetime) -> UUID | None:
    """Who has it when the wall shows `clock`, by the definition alone."""
    begin = datetime.combine(rotation.starts_on, rotation.hand_over)
    if clock < begin or (rotation.ends_on and clock >= datetime.combine(rotation.ends_on, rotation.hand_over)):
        return None
    minutes = {"hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}[rotation.unit] * rotation.every
    turn = int((clock - begin).total_seconds()) // 60 // minutes
    opens = rotation.day_from or rotation.hand_over
    closes = rotation.day_to or rotation.hand_over
    today, yesterday = clock.isoweekday(), (clock - timedelta(days=1)).isoweekday()
    if opens < closes:
        there = opens <= clock.time() < closes and today in rotation.weekdays
    else:
        there = (clock.time() >= opens and today in rotation.weekdays) or (
            clock.time() < closes and yesterday in rotation.weekdays
        )
    return rotation.participants[turn % len(rotation.participants)] if there else None


@settings(max_examples=80, deadline=None)
@given(rotations, st.sampled_from(CHANGES), st.integers(0, 60 * 24))
@example(Rotation(id=A, layer=1, unit=Unit.HOUR, every=1, hand_over=time(2, 30), starts_on=date(2027, 3, 26), participants=(A, B)), CHANGES[1], 0)  # fmt: skip
def test_every_minute_has_who_the_definition_says(rotation: Rotation, day: date, offset: int) -> None:
    """Walked minute by minute over three days around a change of the clock, nobody else is on duty, and nobody twice."""
    start = datetime.combine(day - timedelta(days=1), time(0), UTC) + offset * MINUTE
    span = Span(start, start + timedelta(days=2))
    made = [(turn.span, whose(rotation, turn)) for turn in turns(rotation, span)]
    assert all(one.end <= other.start for (one, _), (other, _) in pairwise(made))
    assert all(found.overlaps(span) for found, _ in made)
    place = 0
    for at, clock in _shown(span):
        while place < len(made) and made[place][0].end <= at:
            place += 1
        found = made[place][1] if place < len(made) and made[place][0].contains(at) else None
        assert found == _on_duty(rotation, clock), at


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 24), 25), (date(2027, 3, 27), 23), (date(2026, 11, 24), 24)])
def test_a_day_on_duty_lasts_as_long_as_the_day(day: date, hours: int) -> None:
    """From eight to eight is 25 hours when the clock goes back, and 23 when it goes forward."""
    rotation = Rotation(id=A, layer=1, unit=Unit.DAY, every=1, hand_over=time(8), starts_on=date(2026, 1, 1), participants=(A, B))
    noon = datetime.combine(day, time(12), AMSTERDAM)
    (turn,) = turns(rotation, Span(noon, noon + MINUTE))
    assert turn.span.duration == timedelta(hours=hours)


def test_the_count_does_not_drift() -> None:
    """Four years and eight changes of the clock later the week still belongs to whose it is, at the same hour."""
    rotation = Rotation(
        id=A, layer=1, unit=Unit.WEEK, every=1, hand_over=time(9), starts_on=date(2026, 1, 5), participants=(A, B, C)
    )
    late = datetime.combine(date(2026, 1, 5) + timedelta(weeks=3 * 70), time(9), AMSTERDAM)
    (turn,) = turns(rotation, Span(late, late + MINUTE))
    assert (turn.number, whose(rotation, turn), turn.span.start) == (210, A, late)
    assert turn.span.duration == timedelta(weeks=1)


def test_a_night_shift_passes_midnight_and_keeps_its_weekday() -> None:
    """Friday's night ends on Saturday morning; who has no duty on Saturdays still has that night."""
    rotation = Rotation(
        id=A, layer=1, unit=Unit.WEEK, every=1, hand_over=time(12), starts_on=date(2026, 11, 2), participants=(A,),
        weekdays=frozenset({5}), day_from=time(22), day_to=time(6),
    )  # fmt: skip
    week = datetime(2026, 11, 23, tzinfo=AMSTERDAM)
    (turn,) = turns(rotation, Span(week, week + timedelta(weeks=1)))
    assert turn.span == Span(datetime(2026, 11, 27, 22, tzinfo=AMSTERDAM), datetime(2026, 11, 28, 6, tzinfo=AMSTERDAM))


def test_whole_weekdays_that_follow_each_other_are_one_shift() -> None:
    """Monday to Friday round the clock is one week's duty, not five."""
    rotation = Rotation(
        id=A, layer=1, unit=Unit.WEEK, every=1, hand_over=time(8), starts_on=date(2026, 11, 2), participants=(A,),
        weekdays=frozenset({1, 2, 3, 4, 5}),
    )  # fmt: skip
    monday = datetime(2026, 11, 23, 9, tzinfo=AMSTERDAM)
    (turn,) = turns(rotation, Span(monday, monday + timedelta(days=5)))
    assert turn.span.end == datetime(2026, 11, 28, 8, tzinfo=AMSTERDAM)
