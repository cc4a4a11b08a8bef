"""The only reader of the time.

Two times: `wall` is the machine's and serves what is technical (leases, retries, signatures); `now` is the moment of the
domain (deadlines, opening hours). They are the same, except in the demo, where a night passes in minutes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """From `real` on the domain's clock starts at `domain` and runs `speed` times as fast, until it has caught up."""

    real: datetime
    domain: datetime
    speed: float

    def at(self, wall_time: datetime) -> datetime:
        """The domain's moment when the wall shows `wall_time`; never in the future."""
        return min(wall_time, self.domain + (wall_time - self.real) * self.speed)

    @classmethod
    def parse(cls, text: str) -> "Pace":
        """Read `real|domain|speed`, both moments ISO 8601 with an offset."""
        real, domain, speed = text.split("|")
        return cls(datetime.fromisoformat(real), datetime.fromisoformat(domain), float(speed))

    def __str__(self) -> str:
        """The form that `parse` reads."""
        return f"{self.real.isoformat()}|{self.domain.isoformat()}|{self.speed}"


class _Clock:
    pace: Pace | None = None


def wall() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The moment for everything the domain decides, UTC."""
    wall_time = wall()
    return _Clock.pace.at(wall_time) if _Clock.pace else wall_time


def run_at(pace: Pace | None) -> None:
    """Let the domain's clock of this process run at `pace`; only the demo and its tests do."""
    _Clock.pace = pace


def speed() -> float:
    """How fast the domain's clock runs now: 1, except in a demo that has not caught up."""
    wall_time = wall()
    behind = _Clock.pace is not None and _Clock.pace.at(wall_time) < wall_time
    return _Clock.pace.speed if _Clock.pace and behind else 1.0
