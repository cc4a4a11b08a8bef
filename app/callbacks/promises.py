"""When somebody must be rung back, when again, when it may be given up, and who hears when it is late. Elapsed time, UTC."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.core.errors import FieldError, Invalid, Refused


class Why(StrEnum):
    """Why somebody is rung back."""

    PROMISED = "promised"  # an operator said so
    UNANSWERED = "unanswered"  # they rang, and nobody answered


class CallbackState(StrEnum):
    """Where a callback stands."""

    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"


class RingResult(StrEnum):
    """What came of ringing."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"  # somebody else, or nobody's number
    REFUSED = "refused"  # reached, and they don't want to talk


class Reason(StrEnum):
    """Why a callback is closed without another attempt."""

    RANG_AGAIN = "rang_again"  # they rang themselves, and were helped
    NO_LONGER_NEEDED = "no_longer_needed"
    NOT_REACHED = "not_reached"  # only after enough attempts
    WRONG_NUMBER = "wrong_number"
    ENTERED_IN_ERROR = "entered_in_error"
    ANSWERED = "answered"  # an event that came late: somebody had answered after all


WITHIN: Final = {Why.PROMISED: timedelta(hours=1), Why.UNANSWERED: timedelta(minutes=15)}  # ⚙
LATEST: Final = timedelta(days=14)  # ⚙ further ahead is a matter of the case, not of the telephone
PAUSES: Final = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=24),
)  # ⚙ the last for all after it
ENOUGH_ATTEMPTS: Final = 3  # ⚙
REMINDED_AGAIN: Final = tuple(timedelta(minutes=one) for one in (15, 30, 60, 120, 240))  # ⚙ never further apart than the last
LEASE: Final = timedelta(minutes=10)  # ⚙ how long it is one operator's own
ERASED_AFTER: Final = timedelta(days=7)  # ⚙ number and name, once it is done or given up
DONE: Final = frozenset({Reason.RANG_AGAIN, Reason.NO_LONGER_NEEDED, Reason.ANSWERED})


def due_by(why: Why, at: datetime, asked: datetime | None = None) -> datetime:
    """By when to ring, for a promise made at `at`; `asked` is what the caller asked for.

    Raises:
        Invalid: it is past, or more than two weeks ahead.
    """
    if asked is None:
        return at + WITHIN[why]
    if not at < asked <= at + LATEST:
        raise Invalid(
            "callbackBy must lie ahead, at most two weeks. Leave it out to ring back within the hour.",
            errors=[FieldError("/callbackBy", "callback_by", "From now on, at most two weeks ahead.")],
        )
    return asked


def next_attempt(attempts: int, at: datetime) -> datetime:
    """When to try again after so many attempts in vain (at least one), the last of them at `at`."""
    return at + PAUSES[min(attempts, len(PAUSES)) - 1]


def next_reminder(reminders: int, at: datetime) -> datetime:
    """When an overdue callback is told of again, after so many reminders, the last of them at `at`."""
    return at + REMINDED_AGAIN[min(reminders, len(REMINDED_AGAIN)) - 1]


def state_after(reason: Reason, attempts: int) -> CallbackState:
    """What a callback becomes that is closed for this reason.

    Raises:
        Refused: not reached, after too few attempts.
    """
    if reason is Reason.NOT_REACHED and attempts < ENOUGH_ATTEMPTS:
        left = ENOUGH_ATTEMPTS - attempts
        raise Refused(
            f"Not reached is said after {ENOUGH_ATTEMPTS} attempts; {left} more to make. Or send another reason.",
            attempts=attempts,
        )
    return CallbackState.DONE if reason in DONE else CallbackState.GIVEN_UP
