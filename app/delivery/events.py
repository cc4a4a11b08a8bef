"""What delivery announces: that somebody can't be told; and what it sends to one endpoint only, to try it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEvent(Event):
    """Base of what happens to an endpoint."""

    organisation_id: UUID
    endpoint_id: UUID

    @property
    def subject(self) -> UUID:
        """The endpoint."""
        return self.endpoint_id

    @property
    def path(self) -> str:
        """The endpoint's own address; only its organisation may read it."""
        return f"/v1/webhook-endpoints/{self.endpoint_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSilent(EndpointEvent):
    """A webhook endpoint has taken nothing since `silent_since`: call the organisation.

    The case is the last it should have heard of; null, and the endpoint the subject, when that was none. Told again every day
    until a delivery succeeds. `undelivered` events wait in its feed; `given_up` are no longer sent.
    """

    type: ClassVar[str] = "nl.nodus.endpoint.silent.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "active"}
    case_id: UUID | None
    silent_since: datetime
    undelivered: int
    given_up: int
    state: str

    @property
    def subject(self) -> UUID:
        """The case, or the endpoint."""
        return self.case_id or self.endpoint_id

    @property
    def path(self) -> str:
        """The address of its subject."""
        return f"/v1/cases/{self.case_id}" if self.case_id else f"/v1/webhook-endpoints/{self.endpoint_id}"

    @property
    def case(self) -> UUID | None:
        """The case."""
        return self.case_id


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointUnverified(EndpointEvent):
    """An endpoint waits to be verified since `waiting_since`: nothing is sent to it. Told again every day.

    `error` says why the last handshake failed; null when a code waits to be confirmed.
    """

    type: ClassVar[str] = "nl.nodus.endpoint.unverified.v1"
    example: ClassVar[Mapping[str, object]] = {"verification": "handshake", "error": "no_consent"}
    waiting_since: datetime
    verification: str
    error: str | None
    undelivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDisabled(EndpointEvent):
    """An endpoint gets nothing any more: its receiver said 410 (gone), or took nothing for five days (failing).

    What it did not get waits in the feed: make it active again, and recover.
    """

    type: ClassVar[str] = "nl.nodus.endpoint.disabled.v1"
    example: ClassVar[Mapping[str, object]] = {"reason": "failing"}
    reason: str
    failing_since: datetime | None
    undelivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PressingUndelivered(EndpointEvent):
    """Somebody must act within minutes, and this endpoint has not been told for two: ring the organisation.

    Told once of each range of numbers, also of an endpoint that is paused: nobody pauses an emergency on purpose.
    `case_id` is the case of the first.
    """

    type: ClassVar[str] = "nl.nodus.endpoint.pressing_undelivered.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "active"}
    state: str
    waiting_since: datetime
    undelivered: int
    from_number: int
    through_number: int
    case_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateEnding(EndpointEvent):
    """The client certificate of an endpoint ends within thirty days: after `ends_at` its receiver will refuse us."""

    type: ClassVar[str] = "nl.nodus.endpoint.certificate_ending.v1"
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTest(EndpointEvent):
    """A test that somebody asked for. It is in no feed and has no `sequence`; nothing needs to be done."""

    type: ClassVar[str] = "nl.nodus.endpoint.test.v1"
    in_feed: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointVerification(EndpointEvent):
    """The code with which the owner confirms an endpoint. It is in no feed and has no `sequence`."""

    type: ClassVar[str] = "nl.nodus.endpoint.verification.v1"
    example: ClassVar[Mapping[str, object]] = {"code": "4Fq0Zp0Dq4w6cT1k"}
    in_feed: ClassVar[bool] = False
    code: str
    ends_at: datetime


EVENTS: Final[tuple[type[Event], ...]] = (
    EndpointSilent, EndpointUnverified, EndpointDisabled, PressingUndelivered, CertificateEnding, EndpointTest,
    EndpointVerification,
)  # fmt: skip
