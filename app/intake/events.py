"""What intake announces of calls that are open: ids and moments."""

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


EVENTS: Final[tuple[type[Event], ...]] = (CallTakenOver, CallLeftOpen)
