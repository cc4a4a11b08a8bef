"""Rotations: people take turns; a rotation and a span in, everybody's turns out.

Everything is counted in local wall time from the first hand-over, so a hand-over at eight is at eight all year, the count does
not drift, and a turn of 24 hours lasts 23 or 25 on the days the clock changes. Moments leave as UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.core.errors import FieldError
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM

EVERY_DAY: Final = frozenset(range(1, 8))
ONE_DAY: Final = timedelta(days=1)
NEVER: Final = datetime(9999, 1, 1)  # noqa: DTZ001  wall time has no zone


class Unit(StrEnum):
    """What a turn's length is counted in."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


LENGTHS: Final = {Unit.HOUR: timedelta(hours=1), Unit.DAY: ONE_DAY, Unit.WEEK: timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Turns of `every` units from `hand_over` on `starts_on`; from `hand_over` on `ends_on` there are no more.

    Within a turn there is duty on `weekdays` (ISO, Monday is 1) only, from `day_from` to `day_to`, which may pass midnight: the
    day on which it begins counts. Without these two a day lasts from one hand-over time to the next.
    """

    id: UUID
    layer: int
    unit: Unit
    every: int
    hand_over: time
    starts_on: date
    ends_on: date | None = None
    participants: tuple[UUID, ...] = ()
    weekdays: frozenset[int] = EVERY_DAY
    day_from: time | None = None
    day_to: time | None = None
    seats: int = 0
    qualification: str | None = None

    @property
    def length(self) -> timedelta:
        """How long a turn is, in wall time."""
        return LENGTHS[self.unit] * self.every


@dataclass(frozen=True, slots=True)
class Turn:
    """An uninterrupted part of a turn; `number` counts the turns since the first."""

    number: int
    span: Span


def faults_of(rotation: Rotation) -> list[FieldError]:
    """What is wrong with a rotation by itself; none when it can be kept."""
    faults = [
        FieldError(f"/participants/{place}", "twice", "Name each participant once; their turns come round by themselves.")
        for place, one in enumerate(rotation.participants)
        if one in rotation.participants[:place]
    ]
    if bool(rotation.participants) == bool(rotation.seats):
        faults.append(FieldError("/participants", "participants", "Name participants, or seats to sign up for; not both."))
    if rotation.ends_on and rotation.ends_on <= rotation.starts_on:
        faults.append(FieldError("/endsOn", "period", "End on a day after the start."))
    if (rotation.day_from is None) != (rotation.day_to is None):
        faults.append(FieldError("/dayTo", "window", "Give both dayFrom and dayTo, or neither."))
    return faults


def turns(rotation: Rotation, span: Span) -> Iterator[Turn]:
    """The turns that touch `span`, whole, in order."""
    first = datetime.combine(rotation.starts_on, rotation.hand_over)
    last = datetime.combine(rotation.ends_on, rotation.hand_over) if rotation.ends_on else NEVER
    number = max(0, (wall_time(span.start) - first) // rotation.length - 1)
    while (start := first + number * rotation.length) < last and moment(start) < span.end:
        for part_start, part_end in _parts(rotation, start, min(start + rotation.length, last)):
            opened, closed = moment(part_start), moment(part_end)
            if opened < closed and opened < span.end and closed > span.start:
                yield Turn(number, Span(opened, closed))
        number += 1


def whose(rotation: Rotation, turn: Turn) -> UUID:
    """Who takes a turn."""
    return rotation.participants[turn.number % len(rotation.participants)]


def moment(wall: datetime) -> datetime:
    """The first moment, in UTC, at which the local clock shows `wall` or later: in the hour that is skipped, the jump itself."""
    found = wall.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    if wall_time(found) == wall:
        return found
    return found.replace(minute=0, second=0, microsecond=0)  # all of Europe jumps on a whole hour of UTC


def wall_time(at: datetime) -> datetime:
    """What the local clock shows at a moment."""
    return at.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0)


def _parts(rotation: Rotation, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a turn in which there is duty, in wall time; parts that touch are one."""
    day_from, day_to = rotation.day_from or rotation.hand_over, rotation.day_to or rotation.hand_over
    over_midnight = ONE_DAY if day_to <= day_from else timedelta()
    running: tuple[datetime, datetime] | None = None
    day = start.date() - ONE_DAY
    while day <= end.date():
        opens = max(start, datetime.combine(day, day_from))
        closes = min(end, datetime.combine(day, day_to) + over_midnight)
        if day.isoweekday() in rotation.weekdays and opens < closes:
            if running and running[1] == opens:
                running = running[0], closes
            else:
                if running:
                    yield running
                running = opens, closes
        day += ONE_DAY
    if running:
        yield running
