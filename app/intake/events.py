"""What intake announces: ids, codes, moments and names of fields, never what was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCallEvent(Event):
    """Base of what happens to a call that is open."""

    call_id: UUID

    @property
    def subject(self) -> UUID:
        """The call."""
        return self.call_id

    @property
    def path(self) -> str:
        """Its draft."""
        return f"/v1/drafts/{self.call_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTakenOver(OpenCallEvent):
    """A colleague or supervisor has an open call now: `key_id`, in place of `from_key_id`."""

    type: ClassVar[str] = "nl.nodus.call.taken_over.v1"
    key_id: UUID | None
    from_key_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLeftOpen(OpenCallEvent):
    """Nothing was saved of an open call for a quarter of an hour: somebody must look whether it is still going on."""

    type: ClassVar[str] = "nl.nodus.call.left_open.v1"
    key_id: UUID | None
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(Event):
    """Base of what happens to a call that has ended. `case_id`: the case that it opened, or joined."""

    call_id: UUID
    case_id: UUID | None

    @property
    def subject(self) -> UUID:
        """The call."""
        return self.call_id

    @property
    def path(self) -> str:
        """The call's own address."""
        return f"/v1/calls/{self.call_id}"

    @property
    def case(self) -> UUID | None:
        """Its case."""
        return self.case_id


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOffNotReached(CallEvent):
    """Nobody said what became of a hand-off, a quarter of an hour after its call had ended: it stays ours."""

    type: ClassVar[str] = "nl.nodus.hand_off.not_reached.v1"
    example: ClassVar[Mapping[str, object]] = {"to": "crisis_service", "way": "warm"}
    hand_off_id: UUID
    to: str
    way: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAmended(CallEvent):
    """What a call says was corrected, or a correction was undone; `fields` names where."""

    type: ClassVar[str] = "nl.nodus.call.amended.v1"
    example: ClassVar[Mapping[str, object]] = {"fields": ("place.stay.houseNumber",)}
    amendment_id: UUID
    fields: tuple[str, ...]
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInError(CallEvent):
    """A call was entered in error, or is not after all (`withdrawn`). An accepted case goes on until its owner ends it."""

    type: ClassVar[str] = "nl.nodus.call.in_error.v1"
    withdrawn: bool
    case_withdrawn: bool


EVENTS: Final[tuple[type[Event], ...]] = (CallTakenOver, CallLeftOpen, HandOffNotReached, CallAmended, CallInError)
