"""Everything that happened in a case, in the order of time, page by page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.core.errors import FieldError, Invalid

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
PARTS: Final = 4  # of what one entry is about: its beginning, its end, a line


class Order(StrEnum):
    """Which end of the story comes first."""

    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"


class Entry(StrEnum):
    """What an entry tells of."""

    CONTACT = "contact"
    GOAL = "goal"
    GOAL_OUTCOME = "goal_outcome"
    ITEM = "item"
    ITEM_ENDED = "item_ended"
    CHECK = "check"  # an aftercare check, done or waived
    OBLIGATION = "obligation"  # something owed, done or waived
    LINE = "line"  # what the case itself tells: opened, offered, accepted, handed over, …


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a page ends: moment, what it is about, and which part of it; no two entries share one."""

    at: datetime
    id: UUID
    part: int

    @property
    def cursor(self) -> str:
        """The place as a cursor; 16 figures of microseconds, the id, the part."""
        return f"{(self.at - EPOCH) // MICROSECOND:016x}{self.id.hex}{self.part}"


def place_of(cursor: str) -> Place:
    """The place that a cursor stands for.

    Raises:
        Invalid: it isn't a cursor of ours.
    """
    try:
        at, about, part = EPOCH + int(cursor[:16], 16) * MICROSECOND, UUID(hex=cursor[16:48]), int(cursor[48:])
    except (ValueError, OverflowError):
        raise _no_cursor() from None
    place = Place(at, about, part)
    if place.cursor != cursor or part not in range(PARTS):
        raise _no_cursor()
    return place


def _no_cursor() -> Invalid:
    fault = FieldError("/cursor", "cursor", "Use the `next` of the page before, unchanged.")
    return Invalid("The cursor is not one that this API gave out. Start without it.", errors=[fault])
