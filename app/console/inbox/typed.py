"""What people type, as values: nothing of it can be more than it should."""

from datetime import datetime
from typing import Final
from uuid import UUID

from app.directory.holidays import AMSTERDAM

DIGITS: Final = 9


def one_line(told: str, longest: int) -> str:
    """A line of text without what can't be seen, cut off where no page of ours would have let it grow."""
    return "".join(letter for letter in told if letter.isprintable())[:longest].strip()


def number(told: str) -> int:
    """A version; 0, which nothing has, when it is none."""
    return int(told) if told.isdecimal() and len(told) <= DIGITS else 0


def identifier(told: str) -> UUID | None:
    """An id, or nothing."""
    try:
        return UUID(told)
    except ValueError:
        return None


def moment(told: str) -> datetime | None:
    """A moment as the field of a browser sends it, in Dutch time."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return found.replace(tzinfo=AMSTERDAM) if 1950 < found.year < 2200 else None  # noqa: PLR2004  as the API's moments
