"""Shifts: who is on duty at a moment, what nobody covers, and shifts made ahead from a rotation.

A higher layer goes before a lower one: a swap or a cover is a shift on a higher layer over the one it replaces.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from app.core.spans import Span
from app.directory.holidays import AMSTERDAM


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's turn."""

    span: Span
    participant: str
    layer: int = 1


@dataclass(frozen=True, slots=True)
class Rotation:
    """Participants take turns, each from one hand-over time to the next; some turns nobody took, to show gaps."""

    participants: tuple[str, ...]
    hand_over: tuple[time, ...]
    left_open: float = 0.0


def on_duty(shifts: Iterable[Shift], at: datetime) -> Shift | None:
    """Whose shift counts at `at`: the highest layer's."""
    running = [shift for shift in shifts if shift.span.contains(at)]
    return max(running, key=lambda shift: shift.layer, default=None)


def gaps_in(span: Span, shifts: Iterable[Shift]) -> tuple[Span, ...]:
    """The parts of `span` in which nobody is on duty, in order."""
    gaps = []
    covered_until = span.start
    for shift in sorted(shifts, key=lambda shift: shift.span.start):
        if shift.span.start > covered_until and shift.span.start < span.end:
            gaps.append(Span(covered_until, shift.span.start))
        covered_until = max(covered_until, shift.span.end)
    if covered_until < span.end:
        gaps.append(Span(covered_until, span.end))
    return tuple(gap for gap in gaps if gap.start < span.end)


def shifts_of(rotation: Rotation, first_day: date, days: int, random: Random) -> Iterator[Shift]:
    """The shifts of a rotation over some days: local hand-over times, so a night may last an hour more or less."""
    moments = _hand_overs(rotation.hand_over, first_day, days)
    for turn, (start, end) in enumerate(pairwise(moments)):
        if random.random() >= rotation.left_open:
            yield Shift(Span(start, end), rotation.participants[turn % len(rotation.participants)])


def _hand_overs(times: Sequence[time], first_day: date, days: int) -> list[datetime]:
    return [
        datetime.combine(first_day + timedelta(days=ahead), at, tzinfo=AMSTERDAM).astimezone(UTC)
        for ahead in range(days + 1)
        for at in sorted(times)
    ]
