"""What coverage announces: ids, codes, counts and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEvent(Event):
    """Base of what happens to a gap."""

    gap_id: UUID
    line: str
    municipality_codes: tuple[str, ...]
    organisation_ids: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str

    @property
    def subject(self) -> UUID:
        """The gap."""
        return self.gap_id

    @property
    def path(self) -> str:
        """The gap's own address."""
        return f"/v1/gaps/{self.gap_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFound(GapEvent):
    """Nobody who is near enough will be there; `left` is the rung that is. `level` (planner, supervisor) must act."""

    type: ClassVar[str] = "nl.nodus.gap.found.v1"
    example: ClassVar[Mapping[str, object]] = {
        "line": "crisis",
        "municipality_codes": ("GM0363",),
        "reason": "no_shift",
        "left": "national_desk",
        "level": "planner",
    }
    left: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapNear(GapEvent):
    """A gap starts within a day, or has started, and nobody has filled it: the national desk must reckon with it."""

    type: ClassVar[str] = "nl.nodus.gap.near.v1"
    example: ClassVar[Mapping[str, object]] = {
        "line": "crisis",
        "municipality_codes": ("GM0363",),
        "reason": "no_shift",
        "left": "national_desk",
    }
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapClosed(GapEvent):
    """A gap is over: `filled`, closed by a `fallback`, `not_asked` any more, `changed` into another one, or `passed` unfilled."""

    type: ClassVar[str] = "nl.nodus.gap.closed.v1"
    example: ClassVar[Mapping[str, object]] = {
        "line": "crisis",
        "municipality_codes": ("GM0363",),
        "reason": "no_shift",
        "closed_by": "filled",
    }
    closed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySummary(Event):
    """How the duty of an organisation stands today; on Monday (`period` is `week`) look at the whole of it."""

    type: ClassVar[str] = "nl.nodus.duty.summary.v1"
    example: ClassVar[Mapping[str, object]] = {"period": "day"}
    organisation_id: UUID
    period: str
    rosters: int
    on_duty_now: int
    nobody_now: int
    hand_overs: int
    open_gaps: int

    @property
    def subject(self) -> UUID:
        """The organisation."""
        return self.organisation_id

    @property
    def path(self) -> str:
        """The summary itself, with the names."""
        return f"/v1/duty-summary?organisationId={self.organisation_id}"


EVENTS: Final[tuple[type[Event], ...]] = (GapFound, GapNear, GapClosed, DutySummary)
