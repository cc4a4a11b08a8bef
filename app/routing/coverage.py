"""Who would be asked first about a case, everywhere at one moment: the ladder itself, put to every municipality."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.directory.surroundings import Surroundings
from app.routing.candidates import Reason
from app.routing.decide import NobodyLeft, decide
from app.routing.ladder import Rung
from app.routing.need import Need

ASKED: Final = Need(Urgency.URGENT)


@dataclass(frozen=True, slots=True)
class Covered:
    """The first answer of one municipality; without `rung` there is nobody. `because`: why, to say in other words."""

    code: str
    name: str
    rung: Rung | None
    organisation: str
    why: str
    has_meldpunt: bool
    organisation_id: UUID | None = None
    reason: str = ""
    because: Reason | None = None


def coverage(everywhere: Iterable[Surroundings], at: datetime, asked: Need = ASKED) -> list[Covered]:
    """What the routing decision would answer at `at` (UTC) to a new case (an urgent worry, if not said), for each place."""
    return [_covered(around, at, asked) for around in everywhere]


def _covered(around: Surroundings, at: datetime, asked: Need) -> Covered:
    has_meldpunt = any("worry" in desk.accepts for desk in around.desks)
    try:
        decision = decide(asked, around, frozenset(), at)
    except NobodyLeft:
        return Covered(around.municipality_code, around.municipality_name, None, "", "", has_meldpunt)
    why = next(line.reason for line in decision.lines if line.taken)
    return Covered(
        around.municipality_code, around.municipality_name, decision.rung, decision.offered_name, why.text, has_meldpunt,
        decision.offered_to, why.code, why,
    )  # fmt: skip
