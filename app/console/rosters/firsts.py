"""The first weeks of a plan that nobody saved yet: a week a row, the days beside each other."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.console.rosters.grid import BLANK, Cell, Drawer
from app.console.rosters.reading import Seen
from app.console.rosters.weeks import Week, week_at
from app.directory.rotations import turns

SHOWN: Final = 4  # weeks
OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Line:
    """A week of a layer, or of who has duty; nothing in it leads anywhere, since none of it is there."""

    week: Week
    cells: list[Cell]

    @property
    def told(self) -> list[Cell]:
        """What is in it."""
        return [one for one in self.cells if one.kind != BLANK]


@dataclass(frozen=True, slots=True)
class Firsts:
    """The lines, each as wide as the longest."""

    lines: list[Line]
    steps: int


def first_weeks(seen: Seen, start: datetime, layer: int = 0) -> Firsts:
    """The weeks from a moment on, as far as shifts are made: of a layer, or of who has duty whatever the layer."""
    first = week_at(max(start, seen.span.start))
    weeks = [one for one in map(first.later, range(SHOWN)) if one.span.start < seen.span.end]
    steps = max((one.steps for one in weeks), default=0)
    lines = [Line(one, _cells(seen, one, layer, steps)) for one in weeks]
    return Firsts(lines, steps)


def _cells(seen: Seen, week: Week, layer: int, steps: int) -> list[Cell]:
    drawer = Drawer(seen, week, seen.span.start)
    opened = _slots(seen, week)
    cells = drawer.placed(opened) if opened else (drawer.layer(layer) if layer else drawer.duty()).cells
    rest = [Cell(kind=BLANK, span=week.span, steps=steps - week.steps)] if steps > week.steps else []
    return [replace(one, href="") for one in (*cells, *rest)]


def _slots(seen: Seen, week: Week) -> list[Cell]:
    """Where people are wanted to sign up; their name is how many."""
    rotations = [one.rotation for one in seen.plan.rotations] if seen.plan else []
    return [
        Cell(kind=OPEN, span=turn.span, name=str(one.seats))
        for one in rotations
        if one.seats
        for turn in turns(one, week.span)
        if turn.span.end > seen.span.start
    ]
