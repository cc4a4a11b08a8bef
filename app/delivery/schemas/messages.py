"""What was sent to an endpoint, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.http import AskedMoment, Moment, Wire

State = Literal["waiting", "delivered", "failed", "givenUp"]


class AttemptOut(Wire):
    """One attempt to deliver one event."""

    id: UUID
    event_id: UUID
    number: int = Field(description="0: a test or a code, which is in no feed")
    attempt: int
    started_at: Moment
    duration_ms: int
    status: int | None
    outcome: str
    error: str | None
    trigger: str = Field(description="scheduled, manual, recovery, test or verification")


class AttemptPage(Wire):
    """A page of attempts, newest first."""

    items: list[AttemptOut]
    next: str | None


class MessageOut(Wire):
    """An event on its way to an endpoint."""

    event_id: UUID = Field(description="`webhook-id`, and the `id` of the CloudEvent")
    number: int | None = Field(description="Its number in your feed; null for tests and codes")
    type: str
    state: State = Field(description="failed: it is tried again. givenUp: it is not; resend it, or recover")
    attempts: int
    next_attempt_at: Moment | None = Field(description="null when nothing more is tried, or others are before it")
    last_attempt_at: Moment | None
    last_status: int | None
    last_error: str | None


class MessagePage(Wire):
    """A page of messages, newest first."""

    items: list[MessageOut]
    next: str | None


class AttemptsOut(Wire):
    """A message, and every attempt at it, newest first."""

    message: MessageOut
    items: list[AttemptOut]


class TestOut(Wire):
    """A test on its way."""

    event_id: UUID


class RecoveryIn(Wire):
    """What to send once more."""

    since: AskedMoment = Field(description="Events that were recorded at this moment or later")
    until: AskedMoment | None = Field(None, description="… and before this one; left out: up to now")
    include: Literal["undelivered", "all"] = "undelivered"


class RecoveryOut(Wire):
    """What is being sent once more."""

    count: int
    complete: bool = Field(description="false: there is more; ask again once these have arrived")


class CountOut(Wire):
    """Attempts that ended alike."""

    outcome: str
    error: str | None
    count: int


class StatisticsOut(Wire):
    """How delivery to an endpoint goes."""

    since: Moment
    attempts: int
    outcomes: list[CountOut]
    delivered_share: float | None = Field(description="Attempts that delivered, of all: 0 to 1; null: none was made")
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None
    backlog: int = Field(description="What waits, or is tried again")
    oldest_waiting_at: Moment | None = Field(description="When the oldest of it was recorded")
    failing_since: Moment | None
