"""Who takes shifts, and whether they can be reached."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from app.directory.holidays import AMSTERDAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person or a function of an organisation."""

    id: UUID
    organisation_id: UUID
    name: str
    phone: str | None = None
    email: str | None = None
    qualifications: tuple[str, ...] = ()
    ends_on: date | None = None
    version: int = 1

    @property
    def is_reachable(self) -> bool:
        """Whether there is any way to reach them."""
        return bool(self.phone or self.email)

    @property
    def ends_at(self) -> datetime | None:
        """The moment from which they take no shifts any more, UTC: midnight, local time."""
        return datetime.combine(self.ends_on, time(), AMSTERDAM).astimezone(UTC) if self.ends_on else None

    def has_ended(self, at: datetime) -> bool:
        """Whether they take no shifts at a moment."""
        return self.ends_at is not None and self.ends_at <= at
