"""What procedures announce beside their items: ids, codes and moments, never what it was about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CalamityReported(CaseEvent):
    """Something led to death or serious harm; the inspectorate must hear by `reportBy`. Nothing of the case is destroyed now."""

    type: ClassVar[str] = "nl.nodus.calamity.reported.v1"
    example: ClassVar[Mapping[str, object]] = {"reference": "K7M4-2QXD-H", "municipality_code": "GM0363"}
    calamity_id: UUID
    reference: str
    municipality_code: str
    owner_organisation_id: UUID
    reported_by: UUID
    report_by: datetime

    @property
    def pressing(self) -> bool:
        """At once: always."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class CalamityEnded(CaseEvent):
    """A calamity was dealt with; unless there is another, the case is no longer frozen."""

    type: ClassVar[str] = "nl.nodus.calamity.ended.v1"
    example: ClassVar[Mapping[str, object]] = {"outcome": "measures_taken"}
    calamity_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeDisagreed(CaseEvent):
    """A close relative disagrees with an exploratory inquiry: the prosecutor must have it by `handOverBy`."""

    type: ClassVar[str] = "nl.nodus.inquiry.disagreed.v1"
    inquiry_id: UUID
    hand_over_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTableCalled(CaseEvent):
    """Organisations are asked for their judgement, each for itself, by `judgeBy`."""

    type: ClassVar[str] = "nl.nodus.joint_table.called.v1"
    table_id: UUID
    invited: tuple[UUID, ...]
    judge_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTableDecided(CaseEvent):
    """The owner has decided; how many judged, found otherwise, and did not show."""

    type: ClassVar[str] = "nl.nodus.joint_table.decided.v1"
    table_id: UUID
    judged: int
    dissenting: int
    absent: int


EVENTS: Final[tuple[type[Event], ...]] = (CalamityReported, CalamityEnded, RelativeDisagreed, JointTableCalled, JointTableDecided)
