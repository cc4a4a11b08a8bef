"""Shifts as somebody planned them, and the smallest change that brings what is kept to what is planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.spans import Span


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift that should be."""

    roster_id: UUID
    layer: int
    span: Span
    participant_id: UUID
    participant: str


@dataclass(frozen=True, slots=True)
class KeptShift:
    """A shift that is, as it was said at `recorded_at`; `participant_id` is None where only a name is known."""

    id: UUID
    roster_id: UUID
    service_id: UUID
    layer: int
    span: Span
    participant_id: UUID | None
    participant: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """What goes, what changes (as it was, as it will be) and what comes."""

    gone: tuple[KeptShift, ...]
    changed: tuple[tuple[KeptShift, PlannedShift], ...]
    new: tuple[PlannedShift, ...]


def difference(kept: Iterable[KeptShift], planned: Iterable[PlannedShift]) -> Difference:
    """From what is kept to what is planned; a shift that begins at the same moment on the same layer stays the same shift."""
    found = {(one.roster_id, one.layer, one.span.start): one for one in kept}
    changed, new = [], []
    for one in planned:
        before = found.pop((one.roster_id, one.layer, one.span.start), None)
        if before is None:
            new.append(one)
        elif (before.span, before.participant_id, before.participant) != (one.span, one.participant_id, one.participant):
            changed.append((before, one))
    return Difference(tuple(found.values()), tuple(changed), tuple(new))
