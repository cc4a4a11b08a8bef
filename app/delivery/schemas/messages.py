"""Attempts to deliver on the wire."""

from uuid import UUID

from app.core.http import Moment, Wire


class AttemptOut(Wire):
    """One attempt to deliver one event."""

    id: UUID
    event_id: UUID
    number: int
    attempt: int
    started_at: Moment
    duration_ms: int
    status: int | None
    outcome: str
    error: str | None


class AttemptPage(Wire):
    """A page of attempts, newest first."""

    items: list[AttemptOut]
    next: str | None
