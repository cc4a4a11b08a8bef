"""The same calls through two directories, call by call: whose wait became shorter or longer, who has it now."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from app.cases.lifecycle import Urgency
from app.simulation.calls import SimulatedCall
from app.simulation.figures import NOBODY, minutes_of
from app.simulation.playing import Outcome

SAME: Final = 1 / 60  # a second


@dataclass(frozen=True, slots=True)
class Shifted:
    """Calls of one urgency that were accepted in both: how many sooner, later or as soon, and by how many minutes on average."""

    urgency: Urgency
    sooner: int
    later: int
    same: int
    mean_minutes: float


@dataclass(frozen=True, slots=True)
class Moved:
    """Calls that ended on another rung."""

    before: str
    after: str
    calls: int


@dataclass(frozen=True, slots=True)
class Difference:
    """From the first directory to the second. Gaps: calls for which there was only the national desk."""

    shifted: tuple[Shifted, ...]
    moved: tuple[Moved, ...]
    gaps_closed: int
    gaps_opened: int


class Pairs:
    """Counts pairs of outcomes as they come."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.sooner: Counter[Urgency] = Counter()
        self.later: Counter[Urgency] = Counter()
        self.both: Counter[Urgency] = Counter()
        self.minutes: dict[Urgency, float] = {}
        self.moved: Counter[tuple[str, str]] = Counter()
        self.closed = 0
        self.opened = 0

    def add(self, call: SimulatedCall, before: Outcome | None, after: Outcome | None) -> None:
        """Count one call; one whose municipality either directory does not know is left out."""
        if before is None or after is None:
            return
        self.closed += before.gap and not after.gap
        self.opened += after.gap and not before.gap
        if before.rung != after.rung:
            self.moved[before.rung or NOBODY, after.rung or NOBODY] += 1
        waited, waits = minutes_of(call, before), minutes_of(call, after)
        if waited is not None and waits is not None:
            urgency = call.need.urgency
            self.both[urgency] += 1
            self.sooner[urgency] += waits < waited - SAME
            self.later[urgency] += waits > waited + SAME
            self.minutes[urgency] = self.minutes.get(urgency, 0.0) + waits - waited

    def difference(self) -> Difference:
        """What was counted."""
        return Difference(
            tuple(self._shifted(one) for one in Urgency if self.both[one]),
            tuple(Moved(*rungs, count) for rungs, count in sorted(self.moved.items(), key=lambda one: (-one[1], one[0]))),
            self.closed,
            self.opened,
        )

    def _shifted(self, urgency: Urgency) -> Shifted:
        both, sooner, later = self.both[urgency], self.sooner[urgency], self.later[urgency]
        return Shifted(urgency, sooner, later, both - sooner - later, round(self.minutes[urgency] / both, 2) + 0.0)
