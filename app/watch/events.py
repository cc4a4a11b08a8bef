"""What the watch announces: ids, codes and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLeftLying(CaseEvent):
    """Nobody did anything on an open case since `last_act_at`. `answers`: the one person whom it is shown to; null: nobody named.

    It goes to the organisation that owns the case, or is asked to take it; and is told again every week until somebody acts.
    """

    type: ClassVar[str] = "nl.nodus.case.left_lying.v1"
    example: ClassVar[Mapping[str, object]] = {
        "reference": "K7M4-2QXD-H",
        "state": "in_follow_up",
        "urgency": "normal",
        "municipality_code": "GM0363",
        "answers": "regisseur",
    }
    reference: str
    organisation_id: UUID
    state: str
    urgency: str
    municipality_code: str
    last_act_at: datetime
    answers: str | None


EVENTS: Final[tuple[type[Event], ...]] = (CaseLeftLying,)
