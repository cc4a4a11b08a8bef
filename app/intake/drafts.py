"""A draft as the wall shows it: who has it, since when, and whether somebody still types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

OPEN: Final = frozenset({"ringing", "active"})
LEFT_ALONE: Final = timedelta(minutes=15)  # ⚙ nothing saved for so long: a supervisor hears it
KEPT_ABANDONED: Final = timedelta(hours=24)  # ⚙ what was abandoned by mistake can be taken up again
KEPT_HISTORY: Final = timedelta(hours=24)  # ⚙ of a call that ended without a case: what identifies somebody goes
SEEN_TYPING: Final = timedelta(minutes=1)  # ⚙ a screen that saved so lately is at work
SCREENS: Final = 16  # ⚙ of how many it is remembered how far they came; of older ones the history is asked


@dataclass(frozen=True, slots=True)
class Draft:
    """A call that is still open, or was abandoned, without what was typed. `key` has it; nobody while it rings."""

    id: UUID
    case_id: UUID
    organisation: UUID
    reference: str
    state: str
    registered_at: datetime
    version: int
    key: UUID | None
    held_since: datetime | None
    saved_at: datetime
    destroy_at: datetime | None = None

    def unsaved(self, at: datetime) -> timedelta:
        """How long nothing was saved; elapsed time."""
        return max(at - self.saved_at, timedelta())

    def left_alone(self, at: datetime) -> bool:
        """Whether it is open, and nobody has saved anything for a quarter of an hour."""
        return self.state in OPEN and self.unsaved(at) >= LEFT_ALONE


def draft_of(row: Mapping[str, Any]) -> Draft:
    """The draft in a row of a call."""
    return Draft(
        id=row["id"],
        case_id=row["case_id"],
        organisation=row["organisation_id"],
        reference=row["reference"],
        state=row["state"],
        registered_at=row["registered_at"],
        version=row["version"],
        key=row["key_id"],
        held_since=row["held_since"],
        saved_at=row["saved_at"] or row["registered_at"],
        destroy_at=row["destroy_at"],
    )
