"""Spans put together and taken apart: the same moments in as few spans as possible, in order."""

from collections.abc import Iterable

from app.core.spans import Span

Spans = tuple[Span, ...]


def joined(spans: Iterable[Span]) -> Spans:
    """The same moments in as few spans as possible, in order; spans that touch become one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> Spans:
    """The moments of `spans` that lie in none of `taken`, in order."""
    left: list[Span] = []
    away = joined(taken)
    for span in joined(spans):
        start = span.start
        for hole in away:
            if hole.end <= start or hole.start >= span.end:
                continue
            if hole.start > start:
                left.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < span.end:
            left.append(Span(start, span.end))
    return tuple(left)
