"""Closing, reopening, joining and splitting on the wire."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from app.cases.lifecycle import Urgency
from app.core.http import Line, Moment, Text, Wire
from app.followup.obligations import BuildingBlock
from app.followup.reopening import ReopenReason
from app.followup.ties import JoinReason, SplitReason, Tie, TieKind, TieState


class ReopeningIn(Wire):
    """Why a closed case goes on, and who coordinates it now."""

    reason: ReopenReason
    coordinator: Line | None = Field(None, description="When it is somebody else than before")
    note: Text | None = None


class ViewIn(Wire):
    """What your organisation says worked, and what failed in the chain."""

    worked: list[BuildingBlock] = Field(default_factory=list, max_length=9)
    failed: list[BuildingBlock] = Field(default_factory=list, max_length=9)
    note: Text | None = None


class JoiningIn(Wire):
    """Into which case this one is joined, and why."""

    into: UUID
    reason: JoinReason = JoinReason.DUPLICATE


class JoiningAnswerIn(Wire):
    """Whether the owner of the case that goes on agrees."""

    accept: bool


class SplitIn(Wire):
    """What turned out to be about another person."""

    reason: SplitReason = SplitReason.OTHER_PERSON
    items: list[UUID] = Field(default_factory=list, max_length=100, description="Items to copy into the new case")
    urgency: Literal[Urgency.ACUTE, Urgency.CRISIS, Urgency.URGENT, Urgency.NORMAL] | None = Field(
        None, description="Of the new case; default: that of this one"
    )


class TieOut(Wire):
    """Two cases that hang together: `case_id` was joined into the other, or is the one from which that was split off."""

    id: UUID
    kind: TieKind
    case_id: UUID
    other_case_id: UUID
    organisation_id: UUID
    other_organisation_id: UUID
    state: TieState
    reason: JoinReason | SplitReason
    at: Moment
    answer_by: Moment | None
    answered_at: Moment | None
    reversible_until: Moment | None
    undone_at: Moment | None
    version: int

    @classmethod
    def of(cls, tie: Tie) -> Self:
        """The tie as the API shows it."""
        return cls(
            id=tie.id,
            kind=tie.kind,
            case_id=tie.case_id,
            other_case_id=tie.other_case_id,
            organisation_id=tie.organisation,
            other_organisation_id=tie.other_organisation,
            state=tie.state,
            reason=(JoinReason if tie.kind is TieKind.JOINED else SplitReason)(tie.reason),
            at=tie.at,
            answer_by=tie.answer_by,
            answered_at=tie.answered_at,
            reversible_until=tie.reversible_until,
            undone_at=tie.undone_at,
            version=tie.version,
        )


class TiesOut(Wire):
    """How a case hangs together with others, oldest first."""

    items: list[TieOut]
