"""What happens to a team: ids, codes and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(CaseEvent):
    """An organisation is invited onto the team of a case; until `answerBy` it may accept or decline."""

    type: ClassVar[str] = "nl.nodus.team.invited.v1"
    example: ClassVar[Mapping[str, object]] = {"role": "mental_health", "purpose": "treatment"}
    member_id: UUID
    organisation_id: UUID
    role: str
    purpose: str
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(CaseEvent):
    """A membership, or an invitation, is now in `state`: member, declined, expired, withdrawn, left or removed."""

    type: ClassVar[str] = "nl.nodus.team.changed.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "member", "role": "mental_health"}
    member_id: UUID
    organisation_id: UUID
    role: str
    state: str


EVENTS: Final[tuple[type[Event], ...]] = (MemberInvited, MemberChanged)
