"""Situations for the tests of follow-up: valid by default, or any that Hypothesis can think of."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from app.cases.lifecycle import State, Urgency
from app.followup.items import ItemKind
from app.followup.situation import (
    Check,
    CheckState,
    Duty,
    Goal,
    GoalOf,
    GoalOutcome,
    Obligation,
    ObligationKind,
    ObligationState,
    Pending,
    PendingKind,
    Situation,
)

NOW: Final = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
OWNED: Final = (State.ACCEPTED, State.IN_FOLLOW_UP, State.AFTERCARE)
URGENCIES: Final = (Urgency.ACUTE, Urgency.CRISIS, Urgency.URGENT, Urgency.NORMAL)

moments = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001, RUF100
    max_value=datetime(2029, 12, 1),  # noqa: DTZ001, RUF100
    timezones=st.just(UTC),
)
goals = st.builds(Goal, st.uuids(), st.sampled_from(GoalOf), st.none() | st.sampled_from(GoalOutcome))
duties = st.builds(Duty, st.uuids(), st.sampled_from(ItemKind), st.none() | moments, st.none() | st.uuids())
pending = st.builds(Pending, st.sampled_from(PendingKind), st.uuids(), st.uuids(), moments)
checks = st.builds(Check, st.uuids(), st.integers(1, 3), st.sampled_from((1, 4, 12)), moments, st.sampled_from(CheckState))


def obligation(kind: ObligationKind) -> st.SearchStrategy[Obligation]:
    """Any obligation of this kind."""
    return st.builds(Obligation, st.just(kind), moments, st.sampled_from(ObligationState), st.booleans())


situations = st.builds(
    Situation,
    state=st.sampled_from(OWNED),
    urgency=st.sampled_from(URGENCIES),
    accepted_at=moments,
    goals=st.lists(goals, max_size=4).map(tuple),
    checks=st.lists(checks, max_size=6).map(tuple),
    obligations=st.tuples(*(st.none() | obligation(kind) for kind in ObligationKind)).map(
        lambda owed: tuple(one for one in owed if one)
    ),
    duties=st.lists(duties, max_size=4).map(tuple),
    pending=st.lists(pending, max_size=2).map(tuple),
)


def uuid(number: int) -> UUID:
    """The same id for the same number."""
    return UUID(int=number)


def a_goal(number: int = 1, outcome: GoalOutcome | None = None) -> Goal:
    """A goal of the person's own."""
    return Goal(uuid(number), GoalOf.PERSON, outcome)


def a_check(week: int = 1, state: CheckState = CheckState.PLANNED, *, due_at: datetime | None = None) -> Check:
    """A check of the first round."""
    return Check(uuid(100 + week), 1, week, due_at or NOW + timedelta(weeks=week), state)


def owed(kind: ObligationKind, state: ObligationState = ObligationState.OPEN, *, days: int = 7) -> Obligation:
    """Something owed in `days` days."""
    return Obligation(kind, NOW + timedelta(days=days), state)


def ready_to_close() -> Situation:
    """A case in which everything is done."""
    return Situation(
        state=State.AFTERCARE,
        urgency=Urgency.NORMAL,
        accepted_at=NOW - timedelta(weeks=20),
        goals=(a_goal(1, GoalOutcome.REACHED), a_goal(2, GoalOutcome.DROPPED)),
        checks=tuple(a_check(week, CheckState.DONE) for week in (1, 4, 12)),
        obligations=tuple(owed(kind, ObligationState.DONE) for kind in ObligationKind),
    )
