"""Calendars that programs subscribe to. Sources: RFC 5545, RFC 7986 (REFRESH-INTERVAL).

What is the same keeps its UID, and whatever changes it gives it a higher SEQUENCE, so a program moves an appointment rather than
adding another. The same appointments are the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from icalendar import Alarm, Calendar, Event

REFRESH: Final = timedelta(hours=1)  # ⚙ 2026-11: how often programs should look


@dataclass(frozen=True, slots=True)
class Entry:
    """An appointment: two moments, or two days of which the second is not part of it. `said_at`: since when it is as it is.

    `alarm`: how long before its start programs warn of it.
    """

    uid: str
    sequence: int
    said_at: datetime
    start: datetime | date
    end: datetime | date
    title: str
    alarm: timedelta | None = None
    url: str | None = None


def calendar_of(name: str, uid: UUID, product: str, entries: Iterable[Entry]) -> bytes:
    """The calendar, in UTC; `product` is the part of Nodus that made it."""
    calendar = Calendar.new(name=name, uid=uid, prodid=f"-//Nodus//{product}//EN", refresh_interval=REFRESH, method="PUBLISH")
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # RFC 7986 §5.7 wants it said
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for one in entries:
        said_at = one.said_at.astimezone(UTC).replace(microsecond=0)
        event = Event.new(
            uid=one.uid,
            sequence=one.sequence,
            stamp=said_at,
            last_modified=said_at,
            start=_in_utc(one.start),
            end=_in_utc(one.end),
            summary=one.title,
            url=one.url,
        )
        if one.alarm is not None:
            event.add_component(_alarm(one.title, one.alarm))
        calendar.add_component(event)
    told: bytes = calendar.to_ical()
    return told


def _in_utc(when: datetime | date) -> datetime | date:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", -before)
    return alarm
