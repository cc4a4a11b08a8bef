"""What happens to a handoff between shifts: ids, codes and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffEvent(Event):
    """Base of what happens to a handoff; its own organisation hears it, nobody else."""

    handoff_id: UUID

    @property
    def subject(self) -> UUID:
        """The handoff."""
        return self.handoff_id

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"/v1/shift-handoffs/{self.handoff_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffWritten(HandoffEvent):
    """A shift has written down what the next one must know; that one begins at `startsAt`, and must confirm."""

    type: ClassVar[str] = "nl.nodus.shift_handoff.written.v1"
    lines: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffConfirmed(HandoffEvent):
    """Somebody of the new shift has read every line; `questions`: how many things they ask back."""

    type: ClassVar[str] = "nl.nodus.shift_handoff.confirmed.v1"
    questions: int
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffAnswered(HandoffEvent):
    """What was asked back about a line was answered."""

    type: ClassVar[str] = "nl.nodus.shift_handoff.answered.v1"
    question_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffUnconfirmed(HandoffEvent):
    """The new shift runs, and nobody of it has confirmed what was handed over; with state `missed` it has ended without."""

    type: ClassVar[str] = "nl.nodus.shift_handoff.unconfirmed.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "waiting"}
    state: str
    reminders: int
    starts_at: datetime
    ends_at: datetime

    @property
    def pressing(self) -> bool:
        """Whoever is on duty doesn't know what they must."""
        return True


EVENTS: Final[tuple[type[Event], ...]] = (HandoffWritten, HandoffConfirmed, HandoffAnswered, HandoffUnconfirmed)
