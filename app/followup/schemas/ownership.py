"""The level of problem ownership, on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.http import Moment, Text, Wire
from app.followup.items import Item
from app.followup.ownership import Official, ProblemLevel, ScaleReason, ScaleRefusal
from app.followup.service.ownership import Scaling


class EscalationIn(Wire):
    """Which level is asked for, of whom, and why."""

    level: ProblemLevel
    official: Official
    assigned_to: UUID = Field(description="The organisation of the official: the owner or a member of the team")
    reason: ScaleReason
    answer_by: Moment | None = Field(None, description="Default: one to three days, by the level")
    note: Text | None = None

    def to_scaling(self) -> Scaling:
        """The same for the service."""
        return Scaling(self.level, self.official, self.assigned_to, self.reason, self.answer_by, self.note)


class EscalationAnswerIn(Wire):
    """Yes, or no with a reason."""

    accept: bool
    reason: ScaleRefusal | None = Field(None, description="Needed to decline")
    note: Text | None = None

    @model_validator(mode="after")
    def _why(self) -> Self:
        if self.accept == (self.reason is not None):
            raise ValueError("Send a reason to decline, and none to accept.")
        return self


class OwnershipOut(Wire):
    """Who holds the problem; nobody was asked yet: who works with the person."""

    level: ProblemLevel
    official: Official | None
    organisation_id: UUID | None
    since: Moment | None = Field(description="Of the acceptance")
    item_id: UUID | None

    @classmethod
    def of(cls, item: Item | None, owner: UUID | None) -> Self:
        """The level that was accepted last, if any; else the owner's practitioners hold it."""
        if item is None:
            return cls(level=ProblemLevel.PRACTITIONER, official=None, organisation_id=owner, since=None, item_id=None)
        return cls(
            level=ProblemLevel(item.facts["level"]),
            official=Official(item.facts["official"]),
            organisation_id=item.assigned_to,
            since=item.ended_at,
            item_id=item.id,
        )
