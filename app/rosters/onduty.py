"""Who is on duty, layers taken together: the highest layer goes before the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.spans import Span
from app.directory.planned import KeptShift
from app.rosters.schedule import Duty, without


@dataclass(frozen=True, slots=True)
class OnTop:
    """The part of a shift in which no higher layer has somebody."""

    span: Span
    shift: KeptShift


def on_top(shifts: Iterable[KeptShift]) -> list[OnTop]:
    """Who counts when, in order of time."""
    taken: list[Span] = []
    found: list[OnTop] = []
    for shift in sorted(shifts, key=lambda one: (-one.layer, one.span)):
        parts = without(shift.span, [one for one in taken if one.overlaps(shift.span)])
        taken += parts
        found += [OnTop(part, shift) for part in parts]
    return sorted(found, key=lambda one: one.span)


def now_and_next(shifts: Iterable[KeptShift], at: datetime) -> tuple[OnTop | None, OnTop | None]:
    """Who is on duty at a moment, and who comes after: the first that counts later, whoever it is."""
    found = on_top(shifts)
    now = next((one for one in found if one.span.contains(at)), None)
    after = next((one for one in found if one.span.start > at), None)
    return now, after


def reasons(shifts: Iterable[KeptShift], meant: Sequence[Duty]) -> dict[UUID, Duty]:
    """For each shift the duty of the plan that it comes from; left out: what was planned before the plan became what it is."""
    at_start = {(duty.layer, duty.participant, duty.span.start): duty for duty in meant}
    found = {}
    for shift in shifts:
        if shift.participant_id is None:
            continue
        duty = at_start.get((shift.layer, shift.participant_id, shift.span.start)) or _touching(shift, meant)
        if duty:
            found[shift.id] = duty
    return found


def _touching(shift: KeptShift, meant: Sequence[Duty]) -> Duty | None:
    mine = (one for one in meant if one.layer == shift.layer and one.participant == shift.participant_id)
    return next((one for one in mine if one.span.overlaps(shift.span)), None)
