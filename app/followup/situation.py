"""Where a case stands in its follow-up, as codes and moments: goals, aftercare checks, and what is owed. Never contents."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.cases.lifecycle import State, Urgency


class GoalOf(StrEnum):
    """Whose goal it is; the person's own comes first."""

    PERSON = "person"
    TEAM = "team"


class GoalOutcome(StrEnum):
    """What became of a goal."""

    REACHED = "reached"
    PARTLY_REACHED = "partly_reached"
    NOT_REACHED = "not_reached"
    DROPPED = "dropped"


class CheckState(StrEnum):
    """What became of an aftercare check."""

    PLANNED = "planned"
    DONE = "done"
    WAIVED = "waived"


class ObligationKind(StrEnum):
    """What is owed once in every case."""

    FEEDBACK = "feedback"  # to the caller, when it was promised
    INFORM_PERSON = "inform_person"  # that there is a file about them (GDPR art. 14)
    EVALUATION = "evaluation"  # what worked, what was missing in the chain
    STILL_WORRIED = "still_worried"  # to ask the caller again, four weeks later, when feedback was promised


class ObligationState(StrEnum):
    """What became of something owed; what is deferred is still open."""

    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be achieved together; without an outcome it is still being worked on."""

    id: UUID
    of: GoalOf
    outcome: GoalOutcome | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A look, `week` weeks after the goals had their outcomes, whether things are still well. Every relapse starts a round."""

    id: UUID
    round: int
    week: int
    due_at: datetime
    state: CheckState = CheckState.PLANNED


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something owed, until it is done or waived with a reason."""

    kind: ObligationKind
    due_at: datetime
    state: ObligationState = ObligationState.OPEN
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """An item of the case that is still open: what, who must do it, and by when if there is a moment."""

    id: UUID
    kind: str
    due_at: datetime | None = None
    assigned_to: UUID | None = None


class PendingKind(StrEnum):
    """What another organisation has yet to answer."""

    INVITATION = "invitation"  # onto the team
    HANDOVER = "handover"  # of the case
    JOINING = "joining"  # of the case into one of theirs


@dataclass(frozen=True, slots=True)
class Pending:
    """A question to another organisation that was not answered yet, until when it may."""

    kind: PendingKind
    id: UUID
    organisation: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides what comes next in an owned case, and whether it may close."""

    state: State
    urgency: Urgency
    accepted_at: datetime
    goals: tuple[Goal, ...] = ()
    checks: tuple[Check, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    duties: tuple[Duty, ...] = ()
    pending: tuple[Pending, ...] = ()

    @property
    def planned(self) -> Iterator[Check]:
        """The checks that are still to come."""
        return (check for check in self.checks if check.state is CheckState.PLANNED)

    @property
    def owed(self) -> Iterator[Obligation]:
        """The obligations that are still open."""
        return (obligation for obligation in self.obligations if obligation.state is ObligationState.OPEN)

    @property
    def last_round(self) -> int:
        """The number of the last round of aftercare; 0 before the first."""
        return max((check.round for check in self.checks), default=0)

    def obligation(self, kind: ObligationKind) -> Obligation | None:
        """The obligation of this kind, if there is one."""
        return next((obligation for obligation in self.obligations if obligation.kind is kind), None)

    def goal(self, goal_id: UUID) -> Goal | None:
        """The goal with this id, if there is one."""
        return next((goal for goal in self.goals if goal.id == goal_id), None)

    def check(self, check_id: UUID) -> Check | None:
        """The check with this id, if there is one."""
        return next((check for check in self.checks if check.id == check_id), None)

    def with_duty(self, duty: Duty) -> "Situation":
        """With an open item added, or put in the place of the one with its id."""
        return replace(self, duties=(*self.without(duty.id).duties, duty))

    def without(self, duty_id: UUID) -> "Situation":
        """Without this item: it has ended."""
        return replace(self, duties=tuple(known for known in self.duties if known.id != duty_id))

    def with_goal(self, goal: Goal) -> "Situation":
        """With a goal added, or put in the place of the one with its id."""
        others = tuple(known for known in self.goals if known.id != goal.id)
        return replace(self, goals=(*others, goal))

    def with_check(self, check: Check) -> "Situation":
        """With a check added, or put in the place of the one with its id."""
        others = tuple(known for known in self.checks if known.id != check.id)
        return replace(self, checks=(*others, check))

    def with_obligation(self, obligation: Obligation) -> "Situation":
        """With an obligation added, or put in the place of the one of its kind."""
        others = tuple(known for known in self.obligations if known.kind is not obligation.kind)
        return replace(self, obligations=(*others, obligation))
