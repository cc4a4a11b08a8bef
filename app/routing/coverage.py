"""Who would be asked first about an urgent worry, everywhere at one moment: the ladder itself, put to every municipality."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.cases.lifecycle import Urgency
from app.directory.surroundings import Surroundings
from app.routing.decide import NobodyLeft, decide
from app.routing.ladder import Rung
from app.routing.need import Need

ASKED: Final = Need(Urgency.URGENT)


@dataclass(frozen=True, slots=True)
class Covered:
    """The first answer of one municipality; without `rung` there is nobody."""

    code: str
    name: str
    rung: Rung | None
    organisation: str
    why: str
    has_meldpunt: bool


def coverage(everywhere: Iterable[Surroundings], at: datetime) -> list[Covered]:
    """What the routing decision would answer at `at` (UTC) to a new urgent worry, for each of `everywhere`."""
    return [_covered(around, at) for around in everywhere]


def _covered(around: Surroundings, at: datetime) -> Covered:
    has_meldpunt = any("worry" in desk.accepts for desk in around.desks)
    try:
        decision = decide(ASKED, around, frozenset(), at)
    except NobodyLeft:
        return Covered(around.municipality_code, around.municipality_name, None, "", "", has_meldpunt)
    why = next(line.reason.text for line in decision.lines if line.taken)
    return Covered(around.municipality_code, around.municipality_name, decision.rung, decision.offered_name, why, has_meldpunt)
