"""Arithmetic with spans: sets of moments, each kept in order, its spans apart from each other."""

from collections.abc import Iterable
from operator import attrgetter

from app.core.spans import Span

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
    """The moments that lie in both."""
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
    """The moments of `spans` that don't lie in `taken`."""
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
