"""A case and a line of its timeline, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import State, Urgency


@dataclass(frozen=True, slots=True)
class NewCase:
    """What opening a case needs; it is offered from the start, until `deadline_at`."""

    case_id: UUID
    reference: str
    urgency: Urgency
    flags: frozenset[str]
    municipality_code: str
    deadline_at: datetime
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case (casus): owned by one organisation or offered to one, with a next deadline, until it is closed."""

    id: UUID
    reference: str
    intake_organisation: UUID
    owner: UUID | None
    coordinator: str | None
    state: State
    urgency: Urgency
    flags: tuple[str, ...]
    municipality_code: str
    opened_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    deadline_at: datetime | None
    deadline_kind: DeadlineKind | None
    climbed: int
    next_climb_at: datetime | None
    version: int
    promised_at: datetime | None = None
    withdrawn_at: datetime | None = None
    deputy: str | None = None
    last_act_at: datetime | None = None
    joined_into: UUID | None = None
    split_from: UUID | None = None

    @property
    def concerned(self) -> tuple[UUID, ...]:
        """Who hears what happens to it: who took it in, and its owner."""
        return (self.intake_organisation, self.owner) if self.owner else (self.intake_organisation,)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: what happened when and by whom, in codes."""

    id: UUID
    at: datetime
    kind: str
    organisation: UUID | None
    facts: Mapping[str, Any]


def case_of(row: Mapping[str, Any]) -> Case:
    """The case in a row."""
    return Case(
        id=row["id"],
        reference=row["reference"],
        intake_organisation=row["intake_organisation_id"],
        owner=row["owner_organisation_id"],
        coordinator=row["coordinator"],
        state=State(row["state"]),
        urgency=Urgency(row["urgency"]),
        flags=tuple(row["flags"]),
        municipality_code=row["municipality_code"],
        opened_at=row["opened_at"],
        accepted_at=row["accepted_at"],
        closed_at=row["closed_at"],
        deadline_at=row["deadline_at"],
        deadline_kind=DeadlineKind(row["deadline_kind"]) if row["deadline_kind"] else None,
        climbed=row["climbed"],
        next_climb_at=row["next_climb_at"],
        version=row["version"],
        promised_at=row["promised_at"],
        withdrawn_at=row["withdrawn_at"],
        deputy=row["deputy"],
        last_act_at=row["last_act_at"],
        joined_into=row["joined_into"],
        split_from=row["split_from"],
    )


@dataclass(frozen=True, slots=True)
class Touched:
    """A case that something was added to, also when it is hidden from who added it: `hears` are who must know."""

    id: UUID
    state: State
    urgency: Urgency
    version: int
    hears: tuple[UUID, ...]


def touched_of(row: Mapping[str, Any]) -> Touched:
    """The case in a row of `touch_case`."""
    told = (row["owner_organisation_id"] or row["asked_organisation_id"], row["intake_organisation_id"])
    hears = tuple(dict.fromkeys(one for one in told if one))
    return Touched(row["id"], State(row["state"]), Urgency(row["urgency"]), row["version"], hears)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of an organisation's open cases are wanted; None: it does not matter.

    `due_by`: with a deadline not later than this. `pressing`: acute, crisis or urgent, and the person was not reached yet.
    """

    coordinator: str | None = None
    state: State | None = None
    urgency: Urgency | None = None
    municipality_codes: tuple[str, ...] | None = None
    flags: tuple[str, ...] = ()
    case_id: UUID | None = None
    reference: str | None = None
    due_by: datetime | None = None
    pressing: bool = False
