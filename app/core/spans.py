"""Half-open spans of time, [start, end), always in aware datetimes; and sets of moments, as spans in order and apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter


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


Spans = tuple[Span, ...]


def united(spans: Iterable[Span]) -> Spans:
    """All their moments; spans that overlap or touch become one."""
    found: list[Span] = []
    for one in sorted(spans, key=attrgetter("start")):
        if found and one.start <= found[-1].end:
            if one.end > found[-1].end:
                found[-1] = Span(found[-1].start, one.end)
        else:
            found.append(one)
    return tuple(found)


def common(first: Spans, second: Spans) -> Spans:
    """The moments that lie in both; each is a set as `united` makes it."""
    found, a, b = [], 0, 0
    while a < len(first) and b < len(second):
        start, end = max(first[a].start, second[b].start), min(first[a].end, second[b].end)
        if start < end:
            found.append(Span(start, end))
        if first[a].end <= second[b].end:
            a += 1
        else:
            b += 1
    return tuple(found)


def without(spans: Spans, taken: Spans) -> Spans:
    """The moments of `spans` that don't lie in `taken`; each is a set as `united` makes it."""
    found, place = [], 0
    for one in spans:
        start = one.start
        while place < len(taken) and taken[place].end <= start:
            place += 1
        ahead = place
        while ahead < len(taken) and taken[ahead].start < one.end:
            if start < taken[ahead].start:
                found.append(Span(start, taken[ahead].start))
            start = max(start, taken[ahead].end)
            ahead += 1
        if start < one.end:
            found.append(Span(start, one.end))
    return tuple(found)
