"""Let months pass in a test: the domain's clock stands at a moment until it is set to a later one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from app.core import clock


class Travel:
    """The domain's clock of this process, at `at` (UTC). It can't go beyond the machine's: begin a story in the past."""

    def __init__(self, at: datetime) -> None:
        """Stand there."""
        self.to(at)

    def to(self, at: datetime) -> None:
        """Jump to a moment, and stay there."""
        if at > clock.wall():
            raise ValueError("The domain's clock never runs ahead of the machine's. Begin the story earlier.")
        self.at = at.astimezone(UTC)
        clock.run_at(clock.Pace(clock.wall(), self.at, 0.0))

    def on(self, **span: float) -> datetime:
        """Let so much time pass, in `timedelta`'s words; the moment it is then."""
        self.to(self.at + timedelta(**span))
        return self.at


@contextmanager
def travelling(at: datetime) -> Iterator[Travel]:
    """The clock in one's hands; afterwards it runs as before."""
    try:
        yield Travel(at)
    finally:
        clock.run_at(None)
