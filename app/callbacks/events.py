"""What callbacks announce: ids, codes and moments; whom to ring stays sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackEvent(Event):
    """Base of what happens to a callback."""

    callback_id: UUID
    call_id: UUID
    why: str
    due_at: datetime
    attempts: int

    @property
    def subject(self) -> UUID:
        """The callback."""
        return self.callback_id

    @property
    def path(self) -> str:
        """The callback's own address."""
        return f"/v1/callbacks/{self.callback_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised(CallbackEvent):
    """Somebody must be rung back by `dueAt`."""

    type: ClassVar[str] = "nl.nodus.callback.promised.v1"
    example: ClassVar[Mapping[str, object]] = {"why": "promised"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOverdue(CallbackEvent):
    """Nobody has rung back in time. It is told again, at rising distance, until somebody does; `reminder` counts."""

    type: ClassVar[str] = "nl.nodus.callback.overdue.v1"
    example: ClassVar[Mapping[str, object]] = {"why": "promised"}
    reminder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDone(CallbackEvent):
    """They were reached, or it is no longer needed."""

    type: ClassVar[str] = "nl.nodus.callback.done.v1"
    example: ClassVar[Mapping[str, object]] = {"why": "unanswered", "reason": "reached"}
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackGivenUp(CallbackEvent):
    """They can't be reached, and nobody rings any more."""

    type: ClassVar[str] = "nl.nodus.callback.given_up.v1"
    example: ClassVar[Mapping[str, object]] = {"why": "unanswered", "reason": "not_reached"}
    reason: str


EVENTS: Final[tuple[type[Event], ...]] = (CallbackPromised, CallbackOverdue, CallbackDone, CallbackGivenUp)
