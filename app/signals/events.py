"""What is announced of repeats: ids, codes and moments; never a hash, nor how two calls were found to belong together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CallJoined(CaseEvent):
    """Another call is about this case. With `relatedCaseId` it was more urgent: that case of its own is offered."""

    type: ClassVar[str] = "nl.nodus.case.call_joined.v1"
    example: ClassVar[Mapping[str, object]] = {"urgency": "urgent"}
    call_id: UUID
    organisation_id: UUID
    urgency: str
    related_case_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSplit(CaseEvent):
    """A call that had joined this case turned out to be about something else."""

    type: ClassVar[str] = "nl.nodus.case.call_split.v1"
    example: ClassVar[Mapping[str, object]] = {"reason": "another_person"}
    call_id: UUID
    organisation_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlySignalRaised(Event):
    """Several calls about one person or address are, together, an early signal; whoever coordinates there must look."""

    type: ClassVar[str] = "nl.nodus.early_signal.raised.v1"
    example: ClassVar[Mapping[str, object]] = {"rule": "same_day", "municipality_code": "GM0363"}
    early_signal_id: UUID
    rule: str
    municipality_code: str | None
    organisation_ids: tuple[UUID, ...]

    @property
    def subject(self) -> UUID:
        """The signal."""
        return self.early_signal_id

    @property
    def path(self) -> str:
        """The signal's own address."""
        return f"/v1/early-signals/{self.early_signal_id}"


EVENTS: Final[tuple[type[Event], ...]] = (CallJoined, CallSplit, EarlySignalRaised)
