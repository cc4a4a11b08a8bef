"""What a shift hands to the next: whether it was read, until when that is asked for, and what the system adds by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid, Refused

UNCONFIRMED_AFTER: Final = timedelta(minutes=30)  # ⚙ of the new shift; and again after as much
LONGEST_SHIFT: Final = timedelta(hours=24)  # ⚙
EARLIEST: Final = timedelta(hours=12)  # ⚙ written at most so long before the new shift begins
MOST_ADDED: Final = 200  # ⚙ of each kind


class HandoffState(StrEnum):
    """Where a handoff stands."""

    WAITING = "waiting"  # nobody of the new shift has confirmed it
    CONFIRMED = "confirmed"
    MISSED = "missed"  # the shift went by without


STEPS: Final[Mapping[HandoffState, frozenset[HandoffState]]] = MappingProxyType(
    {
        HandoffState.WAITING: frozenset({HandoffState.CONFIRMED, HandoffState.MISSED}),
        HandoffState.CONFIRMED: frozenset({HandoffState.CONFIRMED}),  # by a colleague, too
        HandoffState.MISSED: frozenset(),
    }
)


class HandoffOver(Refused):
    """The shift that it was for has ended."""

    slug, title = "handoff-over", "The shift has ended"


class LinesNotRead(Invalid):
    """A confirmation names every line: what was not read is not handed over."""

    slug, title = "lines-not-read", "Not every line was read"


@dataclass(frozen=True, slots=True)
class Shift:
    """Whose turn it is: a shift of a roster, or a function in words of the organisation's own, such as "achterwacht"."""

    shift_id: UUID | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as it is said: about a case or not."""

    case_id: UUID | None
    words: str


@dataclass(frozen=True, slots=True)
class NewHandoff:
    """A handoff as it is said. The moments may be left to the roster's shift."""

    before: Shift
    after: Shift
    starts_at: datetime | None
    ends_at: datetime | None
    lines: tuple[NewLine, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """Something that the system adds by itself, in codes: a case, by when what."""

    case_id: UUID
    reference: str
    municipality_code: str
    urgency: str
    by: datetime
    what: str


@dataclass(frozen=True, slots=True)
class AddedList:
    """Some of one kind; `more`: there are more than are told."""

    items: tuple[Added, ...]
    more: bool

    @classmethod
    def of(cls, items: Iterable[Added]) -> "AddedList":
        """The first of them."""
        known = tuple(items)
        return cls(known[:MOST_ADDED], len(known) > MOST_ADDED)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        told = [
            [str(one.case_id), one.reference, one.municipality_code, one.urgency, one.by.isoformat(), one.what]
            for one in self.items
        ]
        return {"items": told, "more": self.more}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "AddedList":
        """As it was stored."""
        rows = (Added(UUID(one[0]), one[1], one[2], one[3], datetime.fromisoformat(one[4]), one[5]) for one in told["items"])
        return cls(tuple(rows), told["more"])


def insist_on_shift(starts_at: datetime | None, ends_at: datetime | None, at: datetime) -> tuple[datetime, datetime]:
    """The moments of the new shift, when they can be meant.

    Raises:
        Invalid: one is missing; it is over, or longer than a day, or begins later than half a day from now.
    """
    if starts_at is None or ends_at is None:
        fault = FieldError("/startsAt", "moments", "Send startsAt and endsAt, or the id of a shift in to.shiftId.")
        raise Invalid("When the next shift begins and ends is not known.", errors=[fault])
    if not starts_at < ends_at <= starts_at + LONGEST_SHIFT:
        fault = FieldError("/endsAt", "moment", f"After startsAt, at most {LONGEST_SHIFT.total_seconds() / 3600:.0f} hours.")
        raise Invalid("A shift ends after it begins, within a day.", errors=[fault])
    if ends_at <= at or starts_at > at + EARLIEST:
        fault = FieldError("/startsAt", "moment", "The shift that runs now, or begins within twelve hours.")
        raise Invalid("A handoff is for the next shift. Nothing was stored.", errors=[fault])
    return starts_at, ends_at


def next_reminder(starts_at: datetime, ends_at: datetime, at: datetime) -> datetime | None:
    """When it is said next that nobody has confirmed; the last time when the shift ends; None after that."""
    if at >= ends_at:
        return None
    return min(max(starts_at, at) + UNCONFIRMED_AFTER, ends_at)


def confirmed(state: HandoffState) -> HandoffState:
    """The state after a confirmation.

    Raises:
        HandoffOver: the shift has ended.
    """
    if HandoffState.CONFIRMED not in STEPS[state]:
        raise HandoffOver("The shift has ended without a confirmation. Write a handoff for the next one.", state=state)
    return HandoffState.CONFIRMED


def insist_all_read(lines: Iterable[UUID], read: Iterable[UUID]) -> None:
    """Refuse a confirmation that leaves out a line, or names one that there is not.

    Raises:
        LinesNotRead: naming the lines. Invalid: a line that is not of this handoff.
    """
    known, told = set(lines), set(read)
    if told - known:
        fault = FieldError("/lines", "unknown", "Ids of lines of this handoff.")
        raise Invalid("A line that is named is not of this handoff. Nothing was stored.", errors=[fault])
    if left := sorted(str(one) for one in known - told):
        fault = FieldError("/lines", "not_read", "The id of every line, once it was read.")
        raise LinesNotRead(
            "Read what is left, then confirm all of it; ask back where it is not clear.", errors=[fault], left=left
        )
