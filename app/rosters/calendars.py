"""Shifts as a calendar that programs subscribe to: who has which roster when, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.core import ical
from app.core.ids import EPOCH
from app.directory.planned import KeptShift

PRODUCT: Final = "Rosters"


@dataclass(frozen=True, slots=True)
class Shown:
    """A shift and what it is called in this calendar."""

    shift: KeptShift
    title: str


def calendar_of(name: str, uid: UUID, shifts: Iterable[Shown]) -> bytes:
    """The calendar, in UTC; the same shifts are the same bytes."""
    return ical.calendar_of(name, uid, PRODUCT, map(_entry, shifts))


def _entry(one: Shown) -> ical.Entry:
    said_at = one.shift.recorded_at.astimezone(UTC).replace(microsecond=0)
    sequence = _seconds(said_at) - _made(one.shift)
    return ical.Entry(f"{one.shift.id}@nodus", sequence, said_at, one.shift.span.start, one.shift.span.end, one.title)


def _seconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


def _made(shift: KeptShift) -> int:
    """The second in which the shift came to be: its id begins with it (UUIDv7)."""
    return (shift.id.int >> 80) // 1000
