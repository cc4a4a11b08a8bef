"""When to try again, and when to stop. Source: Standard Webhooks 1.0.0 (its example schedule), RFC 9110 §10.2.3."""

from datetime import datetime, timedelta
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
JITTER: Final = 0.1
LONGEST_WISH: Final = timedelta(hours=24)


def next_attempt(failed: int, at: datetime, random: Random, *, retry_after: timedelta | None = None) -> datetime | None:
    """When to try again after `failed` attempts, the last of them at `at`; None: give up.

    A receiver may wish for more time than the schedule gives (Retry-After), up to a day.
    """
    if failed >= len(SCHEDULE):
        return None
    wished = min(retry_after or timedelta(0), LONGEST_WISH)
    return at + max(SCHEDULE[failed] * (1 + JITTER * random.random()), wished)
