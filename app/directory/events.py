"""What the directory announces: that what it says of a service has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChanged(Event):
    """What the directory says of a service has changed: `changed` names the fields, `version` is the one it is at now."""

    type: ClassVar[str] = "nl.nodus.directory.service_changed.v1"
    example: ClassVar[Mapping[str, object]] = {"changed": ("hours",)}
    organisation_id: UUID
    service_id: UUID
    version: int
    changed: tuple[str, ...]

    @property
    def subject(self) -> UUID:
        """The service."""
        return self.service_id

    @property
    def path(self) -> str:
        """The service's own address."""
        return f"/v1/services/{self.service_id}"


EVENTS: Final[tuple[type[Event], ...]] = (ServiceChanged,)
