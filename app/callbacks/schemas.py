"""Callbacks on the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from app.callbacks.promises import CallbackState, Reason, RingResult, Why
from app.callbacks.service import Attempt, Callback
from app.core.http import Moment, Wire


class CallbackOut(Wire):
    """Somebody to ring back, without whom: that is told to whoever takes it on."""

    id: UUID
    call_id: UUID = Field(description="The call that it comes from")
    state: CallbackState
    why: Why
    promised_at: Moment
    due_at: Moment
    overdue: bool
    attempts: int
    next_attempt_at: Moment | None = Field(description="After an attempt in vain: not before this moment")
    claimed_until: Moment | None = Field(description="Until then a colleague is ringing")
    ended_at: Moment | None
    reason: str | None
    version: int

    @classmethod
    def of(cls, found: Callback, at: datetime) -> Self:
        """As it is at this moment."""
        return cls(
            id=found.id,
            call_id=found.call_id,
            state=found.state,
            why=found.why,
            promised_at=found.promised_at,
            due_at=found.due_at,
            overdue=found.state is CallbackState.OPEN and found.due_at < at,
            attempts=found.attempts,
            next_attempt_at=found.next_attempt_at,
            claimed_until=found.claimed_until if found.is_claimed(at) else None,
            ended_at=found.ended_at,
            reason=found.reason,
            version=found.version,
        )


class CallbackAttemptOut(Wire):
    """One time that somebody rang."""

    at: Moment
    result: RingResult
    call_id: UUID | None

    @classmethod
    def of(cls, one: Attempt) -> Self:
        """As it was noted."""
        return cls(at=one.at, result=one.result, call_id=one.call_id)


class CallbackHistory(Wire):
    """A callback, and every attempt, oldest first."""

    callback: CallbackOut
    attempts: list[CallbackAttemptOut]


class WhomToRing(Wire):
    """What was sealed: the number, and what else is known."""

    number: str
    name: str | None = None
    note: str | None = None
    best_time: str | None = None
    language: str | None = None
    interpreter: bool = False


class ClaimedOut(Wire):
    """Yours to ring, until `claimedUntil`. The look was logged."""

    callback: CallbackOut
    contents: WhomToRing


class AttemptIn(Wire):
    """What came of ringing."""

    result: RingResult
    call_id: UUID | None = Field(None, description="The call that it became, when they were reached")


class ClosingIn(Wire):
    """Why nobody rings any more; `not_reached` only after three attempts."""

    reason: Literal[Reason.RANG_AGAIN, Reason.NO_LONGER_NEEDED, Reason.NOT_REACHED, Reason.WRONG_NUMBER, Reason.ENTERED_IN_ERROR]
