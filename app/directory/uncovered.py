"""When nobody is there: spans joined, taken away, and compared before and after a change.

A place is a municipality, or a four-digit postcode of it that some service names as a part. Two lines, because the ladder does
not let them stand in for each other: for a worry a desk or an outreach team on duty, for a crisis a crisis service on duty.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from app.core.spans import Span, Spans, united, without
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import OpeningHours, openings_in
from app.directory.surroundings import OutOfHours

ANSWERED: Final = frozenset({OutOfHours.ON_CALL, OutOfHours.WAITS})


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody who is there for a line in a municipality during `spans`; `pc4s` is the part of it, None all of it."""

    municipality_code: str
    line: str
    spans: Spans
    pc4s: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """A service in a municipality, from `starts_on` until `ends_on` (local days, the last not included; None is open).

    A stand-in answers until `stand_in_ends_on`.
    """

    municipality_code: str
    kind: str
    accepts: frozenset[str]
    hours: OpeningHours
    out_of_hours: str
    has_stand_in: bool
    shifts: Spans = ()
    starts_on: date | None = None
    ends_on: date | None = None
    pc4s: frozenset[str] | None = None
    stand_in_ends_on: date | None = None

    @property
    def line(self) -> str:
        """What it is there for."""
        return "crisis" if self.kind == "crisis" else "worry"


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for places: the spans in which nobody is left, and those in which somebody comes.

    Without `pc4s` it holds for the whole municipality, save the postcodes that another effect names.
    """

    municipality_code: str
    line: str
    pc4s: tuple[str, ...]
    uncovered: Spans
    covered: Spans


def cover(service: Serving, within: Span) -> Cover:
    """When a service is there for its line during `within`, and where.

    A desk is there while it is open, and always when it promised that somebody answers or that it rings back. A provider is
    there while a shift of it runs.
    """
    there = _during(within, service.starts_on, service.ends_on)
    if there is None:
        return Cover(service.municipality_code, service.line, (), service.pc4s)
    if service.kind != "meldpunt":
        spans = _clipped(service.shifts, there)
    elif "worry" not in service.accepts:
        spans = ()
    else:
        answered = _answered(service, there)
        spans = united([*([answered] if answered else []), *openings_in(service.hours, there)])
    return Cover(service.municipality_code, service.line, spans, service.pc4s)


def effects(before: Sequence[Cover], after: Sequence[Cover], within: Span) -> tuple[Effect, ...]:
    """Which places lose everybody, or get somebody, and when exactly; by municipality, line and postcode."""
    found: list[Effect] = []
    for code, line in sorted({(one.municipality_code, one.line) for one in (*before, *after)}):
        here = [[one for one in told if (one.municipality_code, one.line) == (code, line)] for told in (before, after)]
        parts = sorted({pc4 for told in here for one in told for pc4 in one.pc4s or ()})
        found += _grouped(code, line, parts, here, within)
    return tuple(found)


def _grouped(code: str, line: str, parts: list[str], here: list[list[Cover]], within: Span) -> Iterator[Effect]:
    """Postcodes with the same effect are told together; one that shares the effect of the whole is not told apart."""
    rest = _change(None, here, within)
    together: dict[tuple[Spans, Spans], list[str]] = {}
    for pc4 in parts:
        change = _change(pc4, here, within)
        if change != rest:
            together.setdefault(change, []).append(pc4)
    if any(rest):
        yield Effect(code, line, (), *rest)
    for change, pc4s in together.items():
        yield Effect(code, line, tuple(pc4s), *change)


def _change(pc4: str | None, here: list[list[Cover]], within: Span) -> tuple[Spans, Spans]:
    before, after = (without((within,), united(_there(pc4, told))) for told in here)
    return without(after, before), without(before, after)


def _there(pc4: str | None, told: list[Cover]) -> Iterator[Span]:
    for one in told:
        if one.pc4s is None or pc4 in one.pc4s:
            yield from one.spans


def _answered(service: Serving, there: Span) -> Span | None:
    """While a desk's promise holds, however its hours are."""
    if service.out_of_hours != OutOfHours.NAMED_PROVIDER:
        return there if service.out_of_hours in ANSWERED else None
    return _during(there, None, service.stand_in_ends_on) if service.has_stand_in else None


def _during(within: Span, starts_on: date | None, ends_on: date | None) -> Span | None:
    start = max(within.start, _midnight(starts_on)) if starts_on else within.start
    end = min(within.end, _midnight(ends_on)) if ends_on else within.end
    return Span(start, end) if start < end else None


def _clipped(spans: Iterable[Span], within: Span) -> Spans:
    return united(Span(max(one.start, within.start), min(one.end, within.end)) for one in spans if one.overlaps(within))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
