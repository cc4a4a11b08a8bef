"""Shifts as a calendar that programs subscribe to. Source: RFC 5545, RFC 7986 (REFRESH-INTERVAL).

A shift keeps its UID for as long as it is the same shift, and whatever changes it gives it a higher SEQUENCE, so a program
moves an appointment rather than adding another. It tells who has which roster when, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from icalendar import Calendar, Event

from app.core.ids import EPOCH
from app.directory.planned import KeptShift

REFRESH: Final = timedelta(hours=1)  # ⚙ 2026-11: how often programs should look
PRODUCT: Final = "-//Nodus//Rosters//EN"


@dataclass(frozen=True, slots=True)
class Shown:
    """A shift and what it is called in this calendar."""

    shift: KeptShift
    title: str


def calendar_of(name: str, uid: UUID, shifts: Iterable[Shown]) -> bytes:
    """The calendar, in UTC; the same shifts are the same bytes."""
    calendar = Calendar.new(name=name, uid=uid, prodid=PRODUCT, refresh_interval=REFRESH, method="PUBLISH")
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # RFC 7986 §5.7 wants it said
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for one in shifts:
        said_at = one.shift.recorded_at.astimezone(UTC).replace(microsecond=0)
        event = Event.new(
            uid=f"{one.shift.id}@nodus",
            sequence=_seconds(said_at) - _made(one.shift),
            stamp=said_at,
            last_modified=said_at,
            start=one.shift.span.start.astimezone(UTC),
            end=one.shift.span.end.astimezone(UTC),
            summary=one.title,
        )
        calendar.add_component(event)
    told: bytes = calendar.to_ical()
    return told


def _seconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


def _made(shift: KeptShift) -> int:
    """The second in which the shift came to be: its id begins with it (UUIDv7)."""
    return (shift.id.int >> 80) // 1000
