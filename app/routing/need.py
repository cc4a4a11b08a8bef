"""What is needed of whoever takes a case: all that the decision knows of it. No person is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.cases.lifecycle import Urgency


class Kind(StrEnum):
    """What a desk may accept or not."""

    WORRY = "worry"
    WVGGZ = "wvggz"  # a report under the compulsory mental healthcare act
    POLICE = "police"  # a report by the police


@dataclass(frozen=True, slots=True)
class Chosen:
    """The operator's own choice, which goes before the ladder; why is recorded."""

    organisation_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Need:
    """Urgency, kind, and whether the person is too young for some desks (`age`: the least that is sure, in years)."""

    urgency: Urgency
    kind: Kind = Kind.WORRY
    age: int | None = None
    chosen: Chosen | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored with a decision."""
        chosen = {"organisation_id": str(self.chosen.organisation_id), "reason": self.chosen.reason} if self.chosen else None
        return {"urgency": self.urgency, "kind": self.kind, "age": self.age, "chosen": chosen}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Need":
        """The value again."""
        chosen = told["chosen"]
        return cls(
            Urgency(told["urgency"]),
            Kind(told["kind"]),
            told["age"],
            Chosen(UUID(chosen["organisation_id"]), chosen["reason"]) if chosen else None,
        )
