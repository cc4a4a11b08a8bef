"""Teams on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.http import Moment, Wire
from app.team.membership import EndReason, Member, MemberState, TeamPurpose, TeamRole


class InvitationIn(Wire):
    """An organisation to ask onto the team of a case."""

    organisation_id: UUID
    role: TeamRole
    purpose: TeamPurpose
    answer_by: Moment | None = Field(None, description="Until when it may answer; default: three days")


class InvitationAnswerIn(Wire):
    """Yes, or no with a reason."""

    accept: bool
    reason: EndReason | None = Field(None, description="Needed to decline")

    @model_validator(mode="after")
    def _why(self) -> Self:
        if self.accept == (self.reason is not None):
            raise ValueError("Send a reason to decline, and none to accept.")
        return self


class MembershipEndIn(Wire):
    """Why the membership ends."""

    reason: EndReason


class MemberOut(Wire):
    """An organisation that is, was or is asked to be on the team."""

    id: UUID
    organisation_id: UUID
    role: TeamRole
    purpose: TeamPurpose
    state: MemberState
    invited_at: Moment
    answer_by: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    reason: EndReason | None
    version: int

    @classmethod
    def of(cls, member: Member) -> Self:
        """The member as the API shows it."""
        return cls(
            id=member.id,
            organisation_id=member.organisation,
            role=member.role,
            purpose=member.purpose,
            state=member.state,
            invited_at=member.invited_at,
            answer_by=member.answer_by,
            answered_at=member.answered_at,
            ended_at=member.ended_at,
            reason=member.reason,
            version=member.version,
        )


class TeamOut(Wire):
    """The team of a case besides its owner, in the order of the invitations."""

    items: list[MemberOut]
