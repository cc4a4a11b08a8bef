"""Calls through one directory or two: the run, and all that comes out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.spans import Span
from app.simulation.calls import SimulatedCall
from app.simulation.difference import Difference, Pairs
from app.simulation.figures import Figures, Tally
from app.simulation.playing import Player


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a simulation needs; `players` by title, one or two; `expected`: how many calls, about."""

    period: Span
    seed: int
    source: str
    directory_version: int
    notes: tuple[str, ...]
    calls: Iterable[SimulatedCall]
    expected: int
    municipalities: Mapping[str, str]
    players: Sequence[tuple[str, Player]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What became of the calls in one directory."""

    title: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Result:
    """What came out: the same for the same plan, whoever runs it."""

    period: Span
    seed: int
    source: str
    directory_version: int
    notes: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    difference: Difference | None


def carried_out(plan: Plan, calls: Iterable[SimulatedCall] | None = None) -> Result:
    """Play every call of a plan in each of its directories; `calls`: the same ones, where somebody watches them go by."""
    tallies = [Tally(plan.municipalities) for _ in plan.players]
    pairs = Pairs() if len(plan.players) > 1 else None
    for call in plan.calls if calls is None else calls:
        outcomes = [player.play(call) for _, player in plan.players]
        for tally, outcome in zip(tallies, outcomes, strict=True):
            tally.add(call, outcome)
        if pairs:
            pairs.add(call, *outcomes)
    return Result(
        period=plan.period,
        seed=plan.seed,
        source=plan.source,
        directory_version=plan.directory_version,
        notes=plan.notes,
        scenarios=tuple(Scenario(title, tally.figures()) for (title, _), tally in zip(plan.players, tallies, strict=True)),
        difference=pairs.difference() if pairs else None,
    )
