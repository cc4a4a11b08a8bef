"""The week as a grid: a row for who has duty, a row a layer, cells as wide as they last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from app.console.rosters.holes import Hole, Missing
from app.console.rosters.reading import Seen
from app.console.rosters.telling import address_of
from app.console.rosters.weeks import Day, Week, step_of
from app.core.spans import Span, common, united, without
from app.directory.planned import KeptShift
from app.rosters.onduty import on_top
from app.rosters.overrides import COUNTS, State
from app.rosters.schedule import Kind, planned

TONES: Final = 6
BLANK: Final = "blank"
AWAY: Final = "away"
SHIFT: Final = "shift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part of a row: a shift, a hole, somebody who is away, or nothing. `steps`: how wide it is."""

    kind: str
    span: Span
    steps: int = 0
    name: str = ""
    href: str = ""
    marks: tuple[str, ...] = ()
    tone: int = 0
    layer: int = 0
    is_now: bool = False
    is_over: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Layer 0 is who has duty, whatever the layer."""

    layer: int
    names: tuple[str, ...]
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Listed:
    """A day with all that is in it, for narrow screens."""

    day: Day
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """A roster's week. `now`: where in it this moment lies, in steps."""

    week: Week
    rows: list[Row]
    days: list[Listed]
    now: int | None

    @property
    def midnights(self) -> list[int]:
        """Where days meet, in steps."""
        return [step_of(self.week.span, day.span.start) for day in self.week.days[1:]]


class Drawer:
    """Draws the week of a roster."""

    def __init__(self, seen: Seen, week: Week, now: datetime) -> None:
        """Of what was read."""
        self.seen, self.week, self.now = seen, week, now
        self.start = f"/rosters/{seen.roster.id}/shift?week={week.name}"
        self.shifts = [one for one in seen.schedule.shifts if one.span.overlaps(week.span)]
        turns = [seen.name_of(who) for one in (seen.plan.rotations if seen.plan else ()) for who in one.rotation.participants]
        names = dict.fromkeys([*turns, *sorted({one.participant for one in seen.schedule.shifts})])
        self.tones = {one: place % TONES for place, one in enumerate(names)}  # the same in every week
        waiting = [one.override for one in seen.overrides if one.state is State.REQUESTED]
        self.asked = {(one.layer, one.span) for one in waiting} | {(one.other_layer, one.other_span) for one in waiting}
        self.warned = {(one.participant, one.span) for one in seen.schedule.cautions}

    def grid(self) -> Grid:
        """All of it."""
        rows = [self.duty(), *(self.layer(one) for one in self.seen.layers)]
        contains = self.week.span.contains(self.now)
        return Grid(self.week, rows, self._days(rows), step_of(self.week.span, self.now) if contains else None)

    def duty(self) -> Row:
        """Who has duty, whatever the layer, and the holes."""
        parts = [
            replace(self._shift(one.shift), span=one.span, is_now=one.span.contains(self.now)) for one in on_top(self.shifts)
        ]
        found = [self._hole(one) for one in self.seen.holes if one.span.overlaps(self.week.span)]
        return Row(0, (), self.placed((*parts, *found)))

    def layer(self, layer: int) -> Row:
        """Who is on a layer, and who would be but is away."""
        plan = self.seen.plan
        names = tuple(one.name for one in plan.rotations if one.rotation.layer == layer) if plan else ()
        shifts = [self._shift(one) for one in self.shifts if one.layer == layer]
        return Row(layer, names, self.placed((*shifts, *self._away(layer, shifts))))

    def _shift(self, one: KeptShift) -> Cell:
        return Cell(
            kind=SHIFT,
            span=one.span,
            name=one.participant,
            href=f"{self.start}&shift={one.id}",
            marks=tuple(self._marks(one)),
            tone=self.tones[one.participant],
            layer=one.layer,
            is_now=one.span.contains(self.now),
            is_over=one.span.end <= self.now,
        )

    def _marks(self, one: KeptShift) -> Iterator[str]:
        reason = self.seen.schedule.reasons.get(one.id)
        kinds = {kept.override.id: kept.override.kind for kept in self.seen.overrides}
        if reason and reason.override in kinds:
            kind = kinds[reason.override]
            yield Kind.COVER if kind is Kind.ABSENCE else kind
        if (one.layer, one.span) in self.asked:
            yield "asked"
        if (one.participant_id, one.span) in self.warned:
            yield "caution"

    def _hole(self, one: Hole) -> Cell:
        lowest = min(self.seen.layers, default=1)
        to_come = one.kind is not Missing.PAST and self.seen.plan is not None
        times = {"from": address_of(one.span.start), "until": address_of(one.span.end)}
        href = self.address(layer=str(lowest), **times) if to_come else ""
        return Cell(kind=one.kind, span=one.span, href=href, reason=one.reason, is_over=one.kind is Missing.PAST)

    def _away(self, layer: int, taken: Sequence[Cell]) -> Iterator[Cell]:
        """Where somebody would be, who is away, and nobody covers."""
        told = [one.override for one in self.seen.overrides if one.state in COUNTS]
        away = [one for one in told if one.kind is Kind.ABSENCE and one.other is None and one.span.overlaps(self.week.span)]
        if self.seen.plan is None or not away:
            return
        rotations = [one.rotation for one in self.seen.plan.rotations if one.rotation.layer == layer]
        turns = list(planned(rotations, self.week.span))
        free = without((self.week.span,), united(one.span for one in taken))
        for absence in away:
            spans = united(one.span for one in turns if one.participant == absence.participant)
            for part in common(common(spans, (absence.span,)), free):
                yield Cell(kind=AWAY, span=part, name=self.seen.name_of(absence.participant), layer=layer)

    def placed(self, cells: Iterable[Cell]) -> list[Cell]:
        """In order and side by side, with nothing between them told as such; what is short is still to be seen."""
        within, last = self.week.span, self.week.steps
        placed, at = list[Cell](), 0
        for one in sorted(cells, key=lambda cell: cell.span):
            start = max(at, step_of(within, max(one.span.start, within.start)))
            end = min(last, max(start + 1, step_of(within, min(one.span.end, within.end))))
            if start >= last:
                break
            if start > at:
                placed.append(Cell(kind=BLANK, span=within, steps=start - at))
            placed.append(replace(one, steps=end - start))
            at = end
        if at < last:
            placed.append(Cell(kind=BLANK, span=within, steps=last - at))
        return placed

    def _days(self, rows: Sequence[Row]) -> list[Listed]:
        told = [one for row in rows for one in row.cells if one.kind != BLANK and (row.layer or one.kind != SHIFT)]
        return [
            Listed(day, sorted((one for one in told if one.span.overlaps(day.span)), key=lambda one: (one.span, -one.layer)))
            for day in self.week.days
        ]

    def address(self, **fields: str) -> str:
        """Of the page of a hole."""
        return f"{self.start}&{urlencode(fields)}"
