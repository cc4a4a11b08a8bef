"""Follow-up on the wire."""

from collections.abc import Mapping
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.cases.service import Case, DeadlineKind, State
from app.core.http import Line, Moment, Text, Wire
from app.followup.aftercare import CheckResult, Missing
from app.followup.caller import Channel, Worry
from app.followup.contacts import Party, Result, Way
from app.followup.feedback import Listener
from app.followup.goals import WhyNotOwn
from app.followup.obligations import BuildingBlock, DecidedBy, DeferralReason, Done, StillWorried, WaiverReason
from app.followup.schemas.sharing import SharedIn, shown
from app.followup.service.close import ClosingOutcome, WithoutOwnGoal
from app.followup.service.goals import NewGoal
from app.followup.situation import CheckState, GoalOf, GoalOutcome, ObligationKind, ObligationState
from app.team.audience import Visibility


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


class ContactIn(SharedIn):
    """A contact, or a try; of the team, nobody else sees it unless that is said."""

    visibility: Visibility = Visibility.OWNER

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
    organisation_id: UUID = Field(description="Whose contact it was")
    visibility: Visibility
    named: list[UUID]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The contact as the API shows it."""
        return cls.model_validate(shown(told), by_name=True)


class GoalIn(SharedIn):
    """What must be achieved together; the person's own goal comes first."""

    of: GoalOf = GoalOf.TEAM
    what: Text
    why_not_own: WhyNotOwn | None = Field(None, description="Of a goal of the team: why there is none of the person's own yet")

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if self.why_not_own and self.of is GoalOf.PERSON:
            raise ValueError("This is a goal of the person's own: leave whyNotOwn out.")
        return self

    def to_goal(self) -> NewGoal:
        """The goal to set."""
        return NewGoal(self.of, self.what, self.audience, self.why_not_own)


class GoalOut(Wire):
    """A goal with what it says."""

    id: UUID
    of: GoalOf
    visibility: Visibility
    named: list[UUID]
    why_not_own: WhyNotOwn | None
    what: str
    set_at: Moment
    outcome: GoalOutcome | None
    outcome_at: Moment | None
    note: str | None = Field(description="What was said of its outcome")

    @classmethod
    def told(cls, told: Mapping[str, Any]) -> Self:
        """The goal as the API shows it."""
        row = shown(told)
        row["why_not_own"] = row.pop("without_own")
        return cls.model_validate(row, by_name=True)


class GoalsOut(Wire):
    """The goals of a case: the person's own first, then oldest first."""

    items: list[GoalOut]


class GoalOutcomeIn(Wire):
    """What became of a goal."""

    outcome: GoalOutcome
    note: Text | None = None


class WaiverIn(Wire):
    """Why something owed is not done, and in which role that was decided; `other` needs a note."""

    reason: WaiverReason
    by: DecidedBy


class CheckResultIn(Wire):
    """How an aftercare check went, or why it is not done: one of the two."""

    result: CheckResult | None = None
    waiver: WaiverIn | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.result is None) == (self.waiver is None):
            raise ValueError("Send either result or waiver.")
        return self


class CheckOut(Wire):
    """An aftercare check. `result` is how the person was, or why it was not done; a relapse starts a new round."""

    id: UUID
    round: int
    week: int
    due_at: Moment
    earliest_at: Moment = Field(description="From when on it may be done")
    state: CheckState
    result: CheckResult | WaiverReason | Literal["relapse", "replanned"] | None
    decided_by: DecidedBy | None
    ended_at: Moment | None
    snoozed: int = Field(0, description="How often it was put off")
    note: str | None = Field(description="Only when a purpose was given")


class ObligationOut(Wire):
    """Something owed, and what was said when it was done, waived or put off."""

    kind: ObligationKind
    due_at: Moment
    state: ObligationState
    deferred: DeferralReason | None = None
    ended_at: Moment | None = None
    reason: WaiverReason | None = None
    by: DecidedBy | None = None
    listener: Listener | None = None
    outcome_told: bool | None = None
    worked: list[BuildingBlock] | None = None
    failed: list[BuildingBlock] | None = None
    still_worried: StillWorried | None = None
    answer: Worry | None = Field(None, description="What the caller answered four weeks later")
    channel: Channel | None = None
    note: str | None = Field(None, description="Only when a purpose was given")
    person_said: str | None = Field(None, description="Only when a purpose was given")
    caller_said: str | None = Field(None, description="Only when a purpose was given; never for the person to see")
    reference: str | None = Field(None, description="Only when a purpose was given")

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The obligation as the API shows it."""
        columns = {name: value for name, value in told.items() if name != "facts"}
        return cls.model_validate({**columns, **told.get("facts", {})}, by_name=True)


class AftercareOut(Wire):
    """The aftercare checks of a case, and what is owed in it."""

    checks: list[CheckOut]
    obligations: list[ObligationOut]


class DeferralIn(Wire):
    """Why the person is not informed yet, and when that is looked at again."""

    reason: DeferralReason
    review_by: Moment
    by: DecidedBy = Field(DecidedBy.COORDINATOR, description="In which role that was decided; again: a manager")


class FulfilmentIn(Wire):
    """Something owed was done, and what is said depends on what it was; or it is waived, or put off."""

    waiver: WaiverIn | None = None
    deferral: DeferralIn | None = None
    listener: Listener | None = Field(None, description="Feedback: who heard it, by their relation to the person")
    outcome_told: bool = Field(False, description="Feedback: whether the outcome was told, not only that it was taken up")
    worked: list[BuildingBlock] = Field(default_factory=list, max_length=9, description="Evaluation: what worked")
    failed: list[BuildingBlock] = Field(default_factory=list, max_length=9, description="Evaluation: what was missing")
    still_worried: StillWorried | None = Field(None, description="Evaluation: is the caller still worried?")
    note: Text | None = None
    person_said: Text | None = Field(None, description="Evaluation: what the person says of it")
    caller_said: Text | None = Field(None, description="Evaluation: what the caller says of it; the person never sees it")
    reference: Line | None = Field(None, description="Where your own file has more, if anywhere")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.waiver and self.deferral:
            raise ValueError("Send a waiver or a deferral, not both.")
        return self

    def done(self) -> Done:
        """What is told of something that was done."""
        return Done(self.listener, self.outcome_told, tuple(self.worked), tuple(self.failed), self.still_worried)


class ClosureIn(Wire):
    """How it is with the person now."""

    outcome: ClosingOutcome
    without_own_goal: WithoutOwnGoal | None = Field(None, description="Needed when none of the goals is the person's own")


class MissingOut(Wire):
    """One thing that forbids closing."""

    code: str
    detail: str
    subject: UUID | None = Field(description="The goal, check, item, invitation or offer that it is about")
    responsible: UUID | None = Field(None, description="The organisation that must do or answer it")

    @classmethod
    def of(cls, one: Missing) -> Self:
        """The same as the API shows it."""
        return cls(code=one.code, detail=one.sentence, subject=one.subject, responsible=one.responsible)


class ChecklistOut(Wire):
    """Everything that still forbids closing; empty: it may close, with If-Match on this version. Warnings need a reason."""

    missing: list[MissingOut]
    warnings: list[MissingOut]
    version: int
