"""Pages of a list: a cursor is the last id of the page before, so a growing list is never shown twice or skipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from app.core.errors import FieldError, Invalid

T = TypeVar("T")
LARGEST: Final = 200
USUAL: Final = 50


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
        raise Invalid(
            "The cursor is not one that this API gave out. Start without it.",
            errors=[FieldError("/cursor", "cursor", "Use the `next` of the page before, unchanged.")],
        ) from None
