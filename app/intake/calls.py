"""A call as it is kept in codes, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Call:
    """A call (melding, gesprek) without its contents."""

    id: UUID
    case_id: UUID
    joined_case_id: UUID | None
    organisation: UUID
    state: str
    kind: str | None
    disposition: str | None
    reference: str
    channel: str
    received_at: datetime
    registered_at: datetime
    completed_at: datetime | None
    protocol: str
    urgency: str | None
    proposed_urgency: str | None
    flags: tuple[str, ...]
    advice: tuple[str, ...]
    municipality_code: str | None
    caller_anonymity: str | None
    caller_relation: str | None
    version: int
    in_error_at: datetime | None = None

    @property
    def case_of_its_own(self) -> UUID | None:
        """The case that it opened."""
        return self.case_id if self.has_case and self.state == "completed" else None

    @property
    def cases(self) -> tuple[UUID, ...]:
        """The cases whose timelines tell of it: its own, and the one that it joined."""
        return tuple(one for one in (self.case_of_its_own, self.joined_case_id) if one)

    @property
    def has_case(self) -> bool:
        """Whether it opened a case."""
        return self.municipality_code is not None and self.disposition != "joined_case"


def call_of(row: Mapping[str, Any]) -> Call:
    """The call in a row."""
    return Call(
        id=row["id"],
        case_id=row["case_id"],
        joined_case_id=row["joined_case_id"],
        organisation=row["organisation_id"],
        state=row["state"],
        kind=row["kind"],
        disposition=row["disposition"],
        reference=row["reference"],
        channel=row["channel"],
        received_at=row["received_at"],
        registered_at=row["registered_at"],
        completed_at=row["completed_at"],
        protocol=row["protocol"],
        urgency=row["urgency"],
        proposed_urgency=row["proposed_urgency"],
        flags=tuple(row["flags"]),
        advice=tuple(row["advice"]),
        municipality_code=row["municipality_code"],
        caller_anonymity=row["caller_anonymity"],
        caller_relation=row["caller_relation"],
        version=row["version"],
        in_error_at=row["in_error_at"],
    )
