"""How far the clock of an exchange is from ours, by what its events say and when they come.

An event comes after it happened, never before, so the smallest delay of late is nearest to the difference of the clocks: events
that waited for the network only make larger ones. Seconds; positive: its clock is behind ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=10)  # ⚙ a clock that was set right is believed after at most two of these
TOLD_ABOVE: Final = 30.0  # ⚙ seconds


@dataclass(frozen=True, slots=True)
class Skew:
    """The smallest delays of the window before and of the running one, which began at `since`."""

    before: float | None = None
    running: float | None = None
    since: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """What to add to the exchange's moments to have ours; None when nothing was heard yet."""
        known = [one for one in (self.before, self.running) if one is not None]
        return min(known) if known else None

    @property
    def is_large(self) -> bool:
        """Whether somebody must set that clock."""
        return abs(self.seconds or 0) > TOLD_ABOVE

    def ours(self, moment: datetime, at: datetime) -> datetime:
        """A moment of the exchange by our clock, at the latest now (`at`)."""
        return min(moment + timedelta(seconds=self.seconds or 0), at)


def seen(skew: Skew, happened: datetime, received: datetime) -> Skew:
    """What is known after one more event."""
    delay = (received - happened).total_seconds()
    if skew.since is None or received - skew.since >= WINDOW:
        return Skew(skew.running, delay, received)
    return Skew(skew.before, delay if skew.running is None else min(skew.running, delay), skew.since)
