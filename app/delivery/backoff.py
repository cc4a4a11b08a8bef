"""When to try again, and when to stop. Source: Standard Webhooks 1.0.0 (its example schedule), RFC 9110 §10.2.3."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random
from typing import Final

# The wait before each attempt, the first included: about three days in all.
SCHEDULE: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
SHORT: Final = (timedelta(0), timedelta(seconds=5), timedelta(seconds=30))  # ⚙ tests and verification: somebody is waiting
ASKED_FOR: Final = frozenset({"test", "verification"})
JITTER: Final = 0.1
LONGEST_WISH: Final = timedelta(hours=24)
LONGEST_PLAN: Final = SCHEDULE[-1] * (1 + JITTER)  # whatever lies further ahead was planned by another clock


def schedule_of(trigger: str) -> Sequence[timedelta]:
    """How often and when a message of this trigger is tried."""
    return SHORT if trigger in ASKED_FOR else SCHEDULE


def next_attempt(
    failed: int,
    at: datetime,
    random: Random,
    *,
    retry_after: timedelta | None = None,
    schedule: Sequence[timedelta] = SCHEDULE,
) -> datetime | None:
    """When to try again after `failed` attempts, the last of them at `at`; None: give up.

    A receiver may wish for more time than the schedule gives (Retry-After), up to a day.
    """
    if failed >= len(schedule):
        return None
    wished = min(retry_after or timedelta(0), LONGEST_WISH)
    return at + max(schedule[failed] * (1 + JITTER * random.random()), wished)


def wish(retry_after: str | None, at: datetime) -> timedelta | None:
    """How long a receiver asks us to wait, a day at most: seconds, or an HTTP date; None when nothing readable was said."""
    if not retry_after:
        return None
    said = retry_after.strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=int(said)) if len(said) <= 5 else LONGEST_WISH  # noqa: PLR2004  a day has five digits
    try:
        asked = parsedate_to_datetime(said)
        return min(max((asked if asked.tzinfo else asked.replace(tzinfo=at.tzinfo)) - at, timedelta(0)), LONGEST_WISH)
    except (ValueError, TypeError, OverflowError):
        return None
