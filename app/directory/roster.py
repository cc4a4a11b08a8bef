"""Shifts: who is on duty at a moment, and what nobody covers.

A higher layer goes before a lower one: a swap or a cover is a shift on a higher layer over the one it replaces.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.core.spans import Span


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's turn."""

    span: Span
    participant: str
    layer: int = 1


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
