"""When an endpoint that takes events in any order is left alone for a while, and how it is tried again.

Closed: events go. Open after some failures on end, or when most of the last minutes failed: nothing goes until a moment. Then
half open: one goes, and what becomes of it decides. An endpoint in strict order has this by nature: a failure stops what follows.
"""

from collections import deque
from datetime import datetime, timedelta
from random import Random
from typing import Final

FAILURES_ON_END: Final = 5  # ⚙
OF_AT_LEAST: Final = 10  # ⚙
FAILED_SHARE: Final = 0.7  # ⚙
WITHIN: Final = timedelta(minutes=5)  # ⚙
OPEN_FOR: Final = timedelta(seconds=30)  # ⚙ twice as long each time, up to
OPEN_AT_MOST: Final = timedelta(minutes=15)  # ⚙
LOOKED_AT: Final = 1000


class Circuit:
    """What became of the last attempts at one endpoint."""

    def __init__(self) -> None:
        """Nothing is known yet: closed."""
        self._recent: deque[tuple[datetime, bool]] = deque(maxlen=LOOKED_AT)

    def after(self, failures: int, *, delivered: bool, at: datetime) -> int:
        """How many failures on end count after one more attempt; `is_open` says what that means."""
        self._recent.append((at, delivered))
        while self._recent[0][0] < at - WITHIN:
            self._recent.popleft()
        if delivered:
            if failures >= FAILURES_ON_END:
                self._recent.clear()  # what failed before the circuit opened must not open it again
            return 0
        failed = sum(not one for _, one in self._recent)
        mostly = len(self._recent) >= OF_AT_LEAST and failed >= FAILED_SHARE * len(self._recent)
        return max(failures + 1, FAILURES_ON_END if mostly else 0)


def is_open(failures: int) -> bool:
    """Whether so many failures on end open the circuit, or keep it open."""
    return failures >= FAILURES_ON_END


def open_for(failures: int, random: Random) -> timedelta:
    """How long nothing is sent after so many failures on end, with some jitter."""
    doubled = 1 << min(failures - FAILURES_ON_END, 10)
    return min(OPEN_FOR * doubled, OPEN_AT_MOST) * (1 + 0.1 * random.random())
