"""What delivery announces: that somebody can't be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSilent(CaseEvent):
    """A webhook endpoint has taken nothing since `silent_since`: call the organisation.

    The case is the last it should have heard of. Told again every day until a delivery succeeds. `undelivered` events wait in its
    feed; `given_up` are no longer sent.
    """

    type: ClassVar[str] = "nl.nodus.endpoint.silent.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "active"}
    organisation_id: UUID
    endpoint_id: UUID
    silent_since: datetime
    undelivered: int
    given_up: int
    state: str


EVENTS: Final[tuple[type[Event], ...]] = (EndpointSilent,)
