"""From rotations and overrides to who is on duty on each layer. What goes before what is `schedule`; all else is arithmetic."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby, pairwise
from uuid import UUID

from app.core import spans
from app.core.spans import Span
from app.directory.rotations import Rotation, turns, whose


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody has a layer for a span, by a rotation or by an override of it; neither: as it was before the plan changed."""

    layer: int
    span: Span
    participant: UUID
    rotation: UUID | None = None
    override: UUID | None = None


class Kind(StrEnum):
    """What an override does."""

    SWAP = "swap"  # two exchange a shift of each
    ABSENCE = "absence"  # somebody is not there: a hole on every layer, or whoever covers
    EXTRA = "extra"  # somebody more, where nobody is
    COVER = "cover"  # somebody instead of whoever is there, on one layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Who (`participant`) is absent, swaps, covers or comes on top; `other` covers the absence or has the other shift."""

    id: UUID
    kind: Kind
    participant: UUID
    span: Span
    layer: int | None = None
    other: UUID | None = None
    other_layer: int | None = None
    other_span: Span | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """In `span` on `layer` (None: on all), what `out` has (None: whoever) goes to `into` (None: to nobody)."""

    span: Span
    into: UUID | None
    layer: int | None = None
    out: UUID | None = None
    cuts: bool = True  # takes what somebody has
    fills: bool = False  # takes what nobody has


def schedule(planned: Iterable[Duty], overrides: Sequence[Override]) -> list[Duty]:
    """Who is on duty: the layers as planned, absences cut out of them, then swaps, covers and extras on top.

    Overrides come in the order in which they were decided, and the later word counts: whoever falls ill after a swap is cut
    from the shift that was swapped too; whoever swaps for a day on which they were absent is there.
    """
    duties = _one_a_layer(planned)
    for override in overrides:
        for change in _changes(override):
            duties = _changed(duties, change, override.id)
    return joined(duties)


def planned(rotations: Iterable[Rotation], span: Span) -> Iterator[Duty]:
    """What the rotations say for the turns that touch `span`, whole turns; slots that wait for sign-ups say nothing."""
    for rotation in rotations:
        if rotation.participants:
            for turn in turns(rotation, span):
                yield Duty(rotation.layer, turn.span, whose(rotation, turn), rotation.id)


def overlap(rotations: Iterable[Rotation], span: Span) -> tuple[Duty, Duty] | None:
    """The first two turns that would be on one layer at one moment; None when there are none."""
    in_order = sorted(planned(rotations, span), key=lambda duty: (duty.layer, duty.span))
    for one, other in pairwise(in_order):
        if one.layer == other.layer and one.span.overlaps(other.span):
            return one, other
    return None


def from_now(duties: Iterable[Duty], now: datetime) -> Iterator[Duty]:
    """The same from a moment on."""
    for duty in duties:
        if duty.span.end > now:
            yield replace(duty, span=Span(max(duty.span.start, now), duty.span.end))


def overrides_from_now(overrides: Iterable[Override], now: datetime) -> list[Override]:
    """What overrides still have to say from a moment on."""
    said = []
    for one in overrides:
        span, other = _rest(one.span, now), _rest(one.other_span, now)
        if span and (other or not one.other_span):
            said.append(replace(one, span=span, other_span=other))
        elif other:  # the first of two swapped shifts is over
            said.append(replace(one, participant=one.other or one.participant, other=one.participant,
                                layer=one.other_layer, span=other, other_layer=None, other_span=None))  # fmt: skip
        elif span:
            said.append(replace(one, span=span, other_layer=None, other_span=None))
    return said


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """The parts of `span` that none of the others has, in order."""
    return list(spans.without((span,), spans.united(taken)))


def shared(one: Span, other: Span) -> Span | None:
    """What two spans have in common."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start, end) if start < end else None


def _rest(span: Span | None, now: datetime) -> Span | None:
    return Span(max(span.start, now), span.end) if span and span.end > now else None


def _one_a_layer(duties: Iterable[Duty]) -> list[Duty]:
    """Nobody twice on a layer: whoever is named first keeps it."""
    kept: dict[int, list[Span]] = {}
    found = []
    for duty in duties:
        taken = kept.setdefault(duty.layer, [])
        # They are disjoint and in order, so only the one before and those up to its end can overlap it.
        first = bisect_left(taken, duty.span.start, key=_start) - 1
        near = taken[max(0, first) : bisect_left(taken, duty.span.end, key=_start)]
        for part in without(duty.span, near):
            insort(taken, part)
            found.append(replace(duty, span=part))
    return found


def _start(span: Span) -> datetime:
    return span.start


def _changes(override: Override) -> Iterator[_Change]:
    layer, span, participant, other = override.layer, override.span, override.participant, override.other
    match override.kind:
        case Kind.ABSENCE:
            yield _Change(span=span, layer=layer, out=participant, into=other)
        case Kind.SWAP:
            yield _Change(span=span, layer=layer, out=participant, into=other)
            if override.other_span:
                yield _Change(span=override.other_span, layer=override.other_layer, out=other, into=participant)
        case Kind.COVER:
            yield _Change(span=span, layer=layer, into=participant, fills=True)
        case Kind.EXTRA:
            yield _Change(span=span, layer=layer, into=participant, cuts=False, fills=True)


def _changed(duties: list[Duty], change: _Change, override: UUID) -> list[Duty]:
    after = []
    for duty in duties:
        part = shared(duty.span, change.span) if _concerns(change, duty) else None
        if part is None:
            after.append(duty)
            continue
        after += [replace(duty, span=rest) for rest in without(duty.span, [part])]
        if change.into:
            after.append(replace(duty, span=part, participant=change.into, override=override))
    if change.fills and change.into and change.layer:
        free = without(change.span, [duty.span for duty in after if duty.layer == change.layer])
        after += [Duty(change.layer, part, change.into, None, override) for part in free]
    return after


def _concerns(change: _Change, duty: Duty) -> bool:
    on_it = change.layer is None or change.layer == duty.layer
    return change.cuts and on_it and duty.participant != change.into and change.out in {None, duty.participant}


def joined(duties: Iterable[Duty]) -> list[Duty]:
    """In order of layer and time; pieces of one override that touch are one shift."""
    found: list[Duty] = []
    for _, layer in groupby(sorted(duties, key=lambda duty: (duty.layer, duty.span)), key=lambda duty: duty.layer):
        before: Duty | None = None
        for duty in layer:
            touches = before and before.span.end == duty.span.start and before.participant == duty.participant
            if before and touches and duty.override and duty.override == before.override:
                found[-1] = before = replace(before, span=Span(before.span.start, duty.span.end))
            else:
                before = duty
                found.append(duty)
    return found
