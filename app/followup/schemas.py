"""Follow-up on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.cases.service import Case, DeadlineKind, State
from app.core.http import Line, Moment, Text, Wire
from app.followup.aftercare import CheckResult
from app.followup.contacts import Party, Result, Way
from app.followup.feedback import Listener
from app.followup.obligations import BuildingBlock, DecidedBy, DeferralReason, StillWorried, WaiverReason
from app.followup.service.close import ClosingOutcome
from app.followup.situation import CheckState, GoalOf, GoalOutcome, ObligationKind, ObligationState


class CaseNow(Wire):
    """Where the case stands after the command."""

    id: UUID
    case_id: UUID
    state: State
    deadline_at: Moment | None
    deadline_kind: DeadlineKind | None
    version: int

    @classmethod
    def of(cls, case: Case, subject: UUID | None = None) -> Self:
        """The case as the API shows it; `id` is what the command made or changed."""
        return cls(
            id=subject or case.id,
            case_id=case.id,
            state=case.state,
            deadline_at=case.deadline_at,
            deadline_kind=case.deadline_kind,
            version=case.version,
        )


class ContactIn(Wire):
    """A contact, or a try."""

    at: Moment | None = Field(None, description="When; default: now")
    way: Way
    party: Party
    result: Result
    note: Text | None = None


class ContactOut(Wire):
    """A contact with its note."""

    id: UUID
    at: Moment
    way: Way
    party: Party
    result: Result
    note: str | None


class ContactsOut(Wire):
    """The contacts of a case, oldest first."""

    items: list[ContactOut]


class GoalIn(Wire):
    """What must be achieved together; the person's own goal comes first."""

    of: GoalOf = GoalOf.TEAM
    what: Text


class GoalOut(Wire):
    """A goal with what it says."""

    id: UUID
    of: GoalOf
    what: str
    set_at: Moment
    outcome: GoalOutcome | None
    outcome_at: Moment | None


class GoalsOut(Wire):
    """The goals of a case, oldest first."""

    items: list[GoalOut]


class GoalOutcomeIn(Wire):
    """What became of a goal."""

    outcome: GoalOutcome


class WaiverIn(Wire):
    """Why something owed is not done, and in which role that was decided."""

    reason: WaiverReason
    by: DecidedBy


class CheckResultIn(Wire):
    """How an aftercare check went, or why it is not done: one of the two."""

    result: CheckResult | None = None
    waiver: WaiverIn | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.result is None) == (self.waiver is None):
            raise ValueError("Send either result or waiver.")
        return self


class CheckOut(Wire):
    """An aftercare check."""

    id: UUID
    round: int
    week: int
    due_at: Moment
    state: CheckState


class ObligationOut(Wire):
    """Something owed."""

    kind: ObligationKind
    due_at: Moment
    state: ObligationState
    deferred: bool


class AftercareOut(Wire):
    """The aftercare checks of a case, and what is owed in it."""

    checks: list[CheckOut]
    obligations: list[ObligationOut]


class DeferralIn(Wire):
    """Why the person is not informed yet, and when that is looked at again."""

    reason: DeferralReason
    review_by: Moment


class FulfilmentIn(Wire):
    """Something owed was done; what is said of it depends on what it was."""

    waiver: WaiverIn | None = None
    deferral: DeferralIn | None = None
    listener: Listener | None = Field(None, description="Feedback: who heard it, by their relation to the person")
    outcome_told: bool = Field(False, description="Feedback: whether the outcome was told, not only that it was taken up")
    worked: list[BuildingBlock] = Field(default_factory=list, max_length=9, description="Evaluation: what worked")
    failed: list[BuildingBlock] = Field(default_factory=list, max_length=9, description="Evaluation: what was missing")
    still_worried: StillWorried | None = Field(None, description="Evaluation: is the caller still worried?")
    reference: Line | None = Field(None, description="Where your own file has more, if anywhere")


class ClosureIn(Wire):
    """How it is with the person now."""

    outcome: ClosingOutcome


class MissingOut(Wire):
    """One thing that forbids closing."""

    code: str
    detail: str
    subject: UUID | None


class ChecklistOut(Wire):
    """Everything that still forbids closing; empty: it may close."""

    missing: list[MissingOut]
