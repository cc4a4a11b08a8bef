"""What a decision was made from, as it is stored with it, and the same decision again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import Problem
from app.directory.surroundings import Surroundings
from app.routing.decide import Decision, decide
from app.routing.need import Need


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a decision is made from. Ids, codes, hours and shifts; nothing about a person.

    `leaving`: the owner that transfers the case; None: nobody has it yet.
    """

    need: Need
    around: Surroundings
    refusals: frozenset[UUID]
    at: datetime
    leaving: UUID | None = None

    def decide(self) -> Decision:
        """The decision, today as then.

        Raises:
            Invalid, NobodyLeft: as `decide`.
        """
        return decide(self.need, self.around, self.refusals, self.at, self.leaving)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "need": self.need.to_json(),
            "around": self.around.to_json(),
            "refusals": sorted(str(one) for one in self.refusals),
            "at": self.at.isoformat(),
        } | ({"leaving": str(self.leaving)} if self.leaving else {})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Inputs":
        """The value again."""
        return cls(
            Need.from_json(stored["need"]),
            Surroundings.from_json(stored["around"]),
            frozenset(UUID(one) for one in stored["refusals"]),
            datetime.fromisoformat(stored["at"]),
            UUID(stored["leaving"]) if stored.get("leaving") else None,
        )

    def remembered(self, at: datetime) -> Surroundings:
        """Who was around then, without the shifts that have ended by `at`: for a place that the directory no longer knows."""
        providers = tuple(
            replace(one, duty=one.duty if one.duty and one.duty.until > at else None) for one in self.around.providers
        )
        return replace(self.around, providers=providers)


def is_reproduced(stored: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], offered_to: UUID, accept_by: datetime) -> bool:
    """Whether the rules of today, given the stored inputs, say what was decided then: as `reproduced`."""
    return reproduced(stored, lines, offered_to, accept_by) is not None


def reproduced(
    stored: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], offered_to: UUID, accept_by: datetime
) -> Decision | None:
    """The same decision once more by the rules of today, candidate by candidate; None when they say something else.

    Inputs that today's rules can't read or refuse are not reproduced; what was decided stays readable all the same.
    """
    try:
        again = Inputs.from_json(stored).decide()
    except (KeyError, TypeError, ValueError, Problem):
        return None
    told = [line.to_json() for line in again.lines]
    return again if (told, again.offered_to, again.accept_by) == (list(lines), offered_to, accept_by) else None
