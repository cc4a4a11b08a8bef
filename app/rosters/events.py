"""What planning announces: ids, codes and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _RosterEvent(Event):
    """Base of what happens on a roster."""

    roster_id: UUID

    @property
    def subject(self) -> UUID:
        """The roster."""
        return self.roster_id

    @property
    def path(self) -> str:
        """The roster's own address."""
        return f"/v1/rosters/{self.roster_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChanged(_RosterEvent):
    """Shifts to come of one participant were changed: `before` they were these, `after` they are these.

    Both are ISO 8601 intervals in UTC, at most twenty of each; `changed` counts all.
    """

    type: ClassVar[str] = "nl.nodus.shift.changed.v1"
    example: ClassVar[Mapping[str, object]] = {
        "reason": "swap",
        "before": ("2026-11-24T16:00:00Z/2026-11-25T07:00:00Z",),
        "after": ("2026-11-26T16:00:00Z/2026-11-27T07:00:00Z",),
    }
    participant_id: UUID
    reason: str
    changed: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRequested(_RosterEvent):
    """A participant asks another to swap shifts; the other accepts or declines."""

    type: ClassVar[str] = "nl.nodus.swap.requested.v1"
    override_id: UUID
    participant_id: UUID
    other_participant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapAnswered(_RosterEvent):
    """A swap that was asked for is `accepted`, `declined` or `withdrawn`."""

    type: ClassVar[str] = "nl.nodus.swap.answered.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "accepted"}
    override_id: UUID
    participant_id: UUID
    other_participant_id: UUID
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAsked(_RosterEvent):
    """A participant is asked to confirm a shift that begins soon; after `confirmBy` somebody else is asked."""

    type: ClassVar[str] = "nl.nodus.shift.confirmation_asked.v1"
    shift_id: UUID
    participant_id: UUID
    place: int
    starts_at: datetime
    confirm_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftUnconfirmed(_RosterEvent):
    """A shift that begins soon was not confirmed; `nextParticipantId` is asked now, or nobody is left to ask."""

    type: ClassVar[str] = "nl.nodus.shift.unconfirmed.v1"
    shift_id: UUID
    participant_id: UUID
    next_participant_id: UUID | None
    starts_at: datetime


EVENTS: Final[tuple[type[Event], ...]] = (ShiftChanged, SwapRequested, SwapAnswered, ConfirmationAsked, ShiftUnconfirmed)
