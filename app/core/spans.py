"""Half-open spans of time, [start, end), always in aware datetimes."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` (included) to `end` (not included)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse what is no span: naive moments, or an end that is not after the start."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A span needs moments with a time zone.")
        if self.end <= self.start:
            raise ValueError("A span must end after it starts.")

    @property
    def duration(self) -> timedelta:
        """How long it lasts, in elapsed time: 23 or 25 hours on the days the clock changes."""
        return self.end - self.start

    def contains(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.start <= at < self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a moment; touching is not sharing."""
        return self.start < other.end and other.start < self.end
