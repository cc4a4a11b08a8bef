"""Pages of a list: a cursor is the place of the last row of the page before, so a growing list is never shown twice or skipped.

The place is an id, or a moment and an id where a list is in the order of moments. A row whose moment changes meanwhile moves;
every other row is shown once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.core.ids import EPOCH

T = TypeVar("T")
LARGEST: Final = 200
USUAL: Final = 50
KEPT: Final = 512  # ⚙ statements of a list, for whom and from where: building one takes longer than carrying it out


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the cursor for more; None when this was the last page."""

    items: Sequence[T]
    next: str | None


def page_of(rows: Sequence[T], limit: int, last_id: UUID | None) -> Page[T]:
    """The page from `limit + 1` fetched rows; `last_id` is the id of the row at place `limit`."""
    if len(rows) <= limit or last_id is None:
        return Page(rows[:limit], None)
    return Page(rows[:limit], last_id.hex)


def after(cursor: str | None) -> UUID | None:
    """The id a cursor stands for.

    Raises:
        Invalid: it isn't a cursor of ours.
    """
    if cursor is None:
        return None
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise _not_ours() from None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands in a list that is in the order of moments; ids decide between equal ones."""

    at: datetime
    id: UUID

    def cursor(self) -> str:
        """As a cursor."""
        return f"{(self.at - EPOCH) // timedelta(microseconds=1):x}-{UUID(int=self.id.int).hex}"


def after_place(cursor: str | None) -> Place | None:
    """The place that a cursor stands for.

    Raises:
        Invalid: it isn't a cursor of ours.
    """
    if cursor is None:
        return None
    microseconds, _, identifier = cursor.partition("-")
    try:
        return Place(EPOCH + timedelta(microseconds=int(microseconds, 16)), UUID(hex=identifier))
    except (ValueError, OverflowError):
        raise _not_ours() from None


def page_by_place(rows: Sequence[T], limit: int, place_of: Callable[[T], Place]) -> Page[T]:
    """The page from rows in order, of which at least `limit + 1` were asked for."""
    return Page(rows[:limit], place_of(rows[limit - 1]).cursor() if len(rows) > limit else None)


def _not_ours() -> Invalid:
    return Invalid(
        "The cursor is not one that this API gave out. Start without it.",
        errors=[FieldError("/cursor", "cursor", "Use the `next` of the page before, unchanged.")],
    )
