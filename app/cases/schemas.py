"""Cases on the wire."""

from typing import Any
from uuid import UUID

from pydantic import Field

from app.cases.case import Case, Line
from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import State, Urgency
from app.core.http import Moment, Wire


class CaseOut(Wire):
    """A case in codes; contents are behind addresses of their own, where reading is logged."""

    id: UUID
    reference: str
    state: State
    urgency: Urgency
    flags: list[str]
    municipality_code: str
    intake_organisation_id: UUID
    owner_organisation_id: UUID | None
    coordinator: str | None
    opened_at: Moment
    accepted_at: Moment | None
    closed_at: Moment | None
    deadline_at: Moment | None
    deadline_kind: DeadlineKind | None
    climbed: int
    version: int
    promised_at: Moment | None = Field(None, description="When the desk that is asked, and is closed now, will ring back")
    withdrawn_at: Moment | None = Field(None, description="Its call was entered in error before anybody had accepted")

    deputy: str | None = Field(None, description="Who answers for it when the coordinator is away")
    last_act_at: Moment | None = Field(None, description="When an organisation last did something on it")
    joined_into: UUID | None = Field(None, description="It was a duplicate: the case that goes on in its place")
    split_from: UUID | None = Field(None, description="The case from which it was split off: another person")

    @classmethod
    def of(cls, case: Case) -> "CaseOut":
        """The case as the API shows it."""
        return cls(
            id=case.id,
            reference=case.reference,
            state=case.state,
            urgency=case.urgency,
            flags=list(case.flags),
            municipality_code=case.municipality_code,
            intake_organisation_id=case.intake_organisation,
            owner_organisation_id=case.owner,
            coordinator=case.coordinator,
            opened_at=case.opened_at,
            accepted_at=case.accepted_at,
            closed_at=case.closed_at,
            deadline_at=case.deadline_at,
            deadline_kind=case.deadline_kind,
            climbed=case.climbed,
            version=case.version,
            promised_at=case.promised_at,
            withdrawn_at=case.withdrawn_at,
            deputy=case.deputy,
            last_act_at=case.last_act_at,
            joined_into=case.joined_into,
            split_from=case.split_from,
        )


class LineOut(Wire):
    """One line of the timeline."""

    id: UUID
    at: Moment
    kind: str
    organisation_id: UUID | None
    facts: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> "LineOut":
        """The line as the API shows it."""
        return cls(id=line.id, at=line.at, kind=line.kind, organisation_id=line.organisation, facts=dict(line.facts))


class TimelineOut(Wire):
    """What happened to a case, oldest first."""

    items: list[LineOut]
