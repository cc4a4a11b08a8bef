"""One call through one directory: asked, declined, expired, asked again, by the decision that decides in earnest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.directory.surroundings import Duty, Surroundings
from app.routing.candidates import EMERGENCIES
from app.routing.decide import NobodyLeft, decide
from app.routing.ladder import Rung
from app.simulation.behaviour import Answer, Behaviour, chance
from app.simulation.calls import SimulatedCall
from app.simulation.snapshot import Around


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked, and what became of it. `duty`: whose shift ran."""

    organisation_id: UUID
    name: str
    rung: Rung
    duty: Duty | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. Without `accepted_at` there was nobody. `gap`: there was only the national desk from the start."""

    asked: tuple[Asked, ...]
    accepted_at: datetime | None
    gap: bool

    @property
    def rung(self) -> Rung | None:
        """Who has it."""
        return self.asked[-1].rung if self.accepted_at else None


@dataclass(frozen=True, slots=True)
class Player:
    """A directory and how people in it answer."""

    around: Around
    behaviour: Behaviour
    seed: int

    def play(self, call: SimulatedCall) -> Outcome | None:
        """What would have become of a call; None when its municipality is not in the directory at that moment.

        A municipality that merges while its case climbs is asked about as it was, like in earnest.
        """
        where = self.around.at(call.municipality_code, call.at)
        return self._climbed(call, where) if where else None

    def _climbed(self, call: SimulatedCall, where: Surroundings) -> Outcome:
        at, refusals, asked = call.at, frozenset[UUID](), list[Asked]()
        while True:
            try:
                decision = decide(call.need, where, refusals, at)
            except NobodyLeft:
                return Outcome(tuple(asked), None, gap=not asked)
            drawn = chance(self.seed, call.number, decision.offered_to)
            counted_from = decision.promised_at or at
            answer, at = self.behaviour.answer(decision.rung, call.need.urgency, counted_from, decision.accept_by, drawn)
            duty = _duty(where, decision.offered_to, call.need.urgency) if decision.rung is Rung.ON_DUTY else None
            asked.append(Asked(decision.offered_to, decision.offered_name, decision.rung, duty, answer))
            if answer is Answer.ACCEPTED:
                return Outcome(tuple(asked), at, gap=asked[0].rung is Rung.NATIONAL_DESK)
            refusals |= {decision.offered_to}
            where = self.around.at(call.municipality_code, at) or where


def _duty(where: Surroundings, organisation: UUID, urgency: Urgency) -> Duty | None:
    line = "crisis" if urgency in EMERGENCIES else "outreach"
    theirs = [one for one in where.providers if one.organisation_id == organisation and one.duty]
    return min(theirs, key=lambda one: (one.line != line, one.rank)).duty if theirs else None
