"""What a case announces of itself: ids, codes and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceNoted(CaseEvent):
    """An organisation gave no sign: nobody looked at its offer, answered its invitation, or made the first contact in time.

    `subjectId`: the offer, the invitation, or the case itself.
    """

    type: ClassVar[str] = "nl.nodus.silence.noted.v1"
    example: ClassVar[Mapping[str, object]] = {"silence": "offer_unseen"}
    silence: str
    organisation_id: UUID
    subject_id: UUID


EVENTS: Final[tuple[type[Event], ...]] = (SilenceNoted,)
