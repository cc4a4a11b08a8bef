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


class ProviderKind(StrEnum):
    """What kind of service a case is transferred to, when its owner says so."""

    MELDPUNT = "meldpunt"
    CRISIS = "crisis"
    OUTREACH = "outreach"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The operator's own choice, which goes before the ladder.

    Why is free text, and so may tell of a person: it is sealed with the call, and not stored with the decision.
    """

    organisation_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Urgency, kind, and whether the person is too young for some desks (`age`: how old at most, in years; None: unknown).

    `provider`: the only kind of service that is asked for; None: the ladder of the urgency.
    """

    urgency: Urgency
    kind: Kind = Kind.WORRY
    age: int | None = None
    chosen: Chosen | None = None
    provider: ProviderKind | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored with a decision."""
        chosen = str(self.chosen.organisation_id) if self.chosen else None
        told = {"urgency": self.urgency, "kind": self.kind, "age": self.age, "chosen": chosen}
        return told | ({"provider": self.provider} if self.provider else {})

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Need":
        """The value again."""
        chosen = Chosen(UUID(told["chosen"])) if told["chosen"] else None
        provider = ProviderKind(told["provider"]) if told.get("provider") else None
        return cls(Urgency(told["urgency"]), Kind(told["kind"]), told["age"], chosen, provider)
