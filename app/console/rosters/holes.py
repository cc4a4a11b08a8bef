"""When nobody is on a roster, and what that means: the coverage room says whether anybody is missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from app.core.spans import Span, Spans, common, united, without
from app.coverage.gaps import Gap


class Missing(StrEnum):
    """What it means that nobody is on a roster."""

    GAP = "gap"  # somebody must be there, and nobody is
    FREE = "free"  # nobody is asked for then
    NOBODY = "nobody"  # nobody on this roster; the coverage room misses nobody
    PAST = "past"  # it is over


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """A span without anybody on any layer. `reason`: why the coverage room says there is a gap."""

    span: Span
    kind: Missing
    reason: str = ""


def empty(within: Span, taken: Iterable[Span]) -> Spans:
    """When nobody is there."""
    return without((within,), united(taken))


def ahead_of(spans: Spans, now: datetime) -> Span | None:
    """From the first to the last moment of these spans that is to come; None when all is over."""
    left = [one for one in spans if one.end > now]
    return Span(max(left[0].start, now), left[-1].end) if left else None


def holes(spans: Spans, found: Iterable[Gap], now: datetime) -> list[Hole]:
    """What each empty span means, in order of time, given the gaps that are known of those to come."""
    found = list(found)
    past = common(spans, (Span(datetime.min.replace(tzinfo=now.tzinfo), now),))
    made = [Hole(one, Missing.PAST) for one in past]
    left = without(spans, past)
    for reason, gaps in groupby(sorted((one for one in found if one.is_open), key=_reason), key=_reason):
        parts = common(left, united(one.span for one in gaps))
        made += [Hole(one, Missing.GAP, reason) for one in parts]
        left = without(left, parts)
    free = common(left, united(one.span for one in found if one.intended))
    made += [Hole(one, Missing.FREE) for one in free]
    made += [Hole(one, Missing.NOBODY) for one in without(left, free)]
    return sorted(made)


def _reason(gap: Gap) -> str:
    return gap.reason
