"""What forbids closing, and when aftercare looks again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given

from app.cases.lifecycle import State
from app.followup.aftercare import (
    CHECK_WEEKS,
    Missing,
    TooEarly,
    checks_from,
    earliest,
    insist_on_time,
    missing,
    warnings,
)
from app.followup.situation import (
    CheckState,
    Duty,
    Goal,
    GoalOf,
    GoalOutcome,
    ObligationKind,
    ObligationState,
    Pending,
    Situation,
)
from tests.followup.situations import NOW, a_check, a_goal, duties, owed, pending, ready_to_close, situations, uuid


def codes(found: tuple[Missing, ...]) -> list[str]:
    """What is missing, in order."""
    return [one.code for one in found]


def test_a_case_in_which_everything_is_done_may_close() -> None:
    """The checklist has an end."""
    assert missing(ready_to_close()) == ()


def test_a_case_just_accepted_hears_everything_at_once() -> None:
    """Whoever wants to close must not learn of the obstacles one by one."""
    fresh = replace(ready_to_close(), state=State.ACCEPTED, goals=(), checks=(), obligations=(owed(ObligationKind.FEEDBACK),))
    assert codes(missing(fresh)) == ["first_contact", "goal", "aftercare", "feedback", "inform_person", "evaluation"]


def test_each_goal_and_check_is_named() -> None:
    """Two goals without an outcome are two things to do, and the answer says which."""
    case = replace(
        ready_to_close(), goals=(a_goal(1), a_goal(2, GoalOutcome.REACHED), a_goal(3)), checks=(a_check(4), a_check(1))
    )
    assert [(one.code, one.subject) for one in missing(case)] == [
        ("goal_outcome", uuid(1)),
        ("goal_outcome", uuid(3)),
        ("aftercare_check", uuid(101)),
        ("aftercare_check", uuid(104)),
    ]


def test_feedback_that_nobody_promised_is_not_missing() -> None:
    """An anonymous caller who wanted nothing back must not keep a case open."""
    case = ready_to_close()
    without = tuple(one for one in case.obligations if one.kind is not ObligationKind.FEEDBACK)
    assert missing(replace(case, obligations=without)) == ()


def test_a_deferral_that_runs_forbids_closing() -> None:
    """Putting off is not doing: the person would never hear."""
    case = ready_to_close()
    put_off = replace(owed(ObligationKind.INFORM_PERSON), deferred=True)
    (found,) = missing(case.with_obligation(put_off))
    assert found.code == "inform_person"
    assert "put off until 2026-12-01" in found.sentence


def expected(case: Situation) -> int:
    """How many things are missing, counted another way than the rule counts."""
    ended = {one.kind for one in case.obligations if one.state is not ObligationState.OPEN}
    promised = {one.kind for one in case.obligations}
    return (
        (case.state is State.ACCEPTED)
        + (case.state is not State.AFTERCARE)
        + (not case.goals)
        + sum(goal.outcome is None for goal in case.goals)
        + sum(check.state is CheckState.PLANNED for check in case.checks)
        + len(case.duties)
        + len(case.pending)
        + (ObligationKind.FEEDBACK in promised - ended)
        + (ObligationKind.STILL_WORRIED in promised - ended)
        + (ObligationKind.INFORM_PERSON not in ended)
        + (ObligationKind.EVALUATION not in ended)
    )


@given(situations)
def test_closing_is_refused_exactly_when_something_is_missing_and_names_all_of_it(case: Situation) -> None:
    """Whatever the case looks like: nothing closes half done, and nothing is kept open without a reason that is said."""
    found = missing(case)
    assert len(found) == expected(case)
    assert {one.subject for one in found} >= {one.id for one in case.duties} | {one.id for one in case.pending}
    assert {one.responsible for one in found} >= {one.assigned_to for one in case.duties}
    assert len({(one.code, one.subject) for one in found}) >= len(found) - (len(case.goals) + len(case.checks))
    assert all(one.sentence.endswith(".") for one in found)


def test_the_checks_are_planned_at_the_same_time_of_day_whatever_the_clocks_do() -> None:
    """A check at ten in the morning stays at ten when summer time begins."""
    numbers = count(1)
    began = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # 10:00 in Amsterdam
    checks = checks_from(began, 0, lambda: uuid(next(numbers)))
    assert [check.week for check in checks] == list(CHECK_WEEKS)
    assert [check.due_at for check in checks] == [
        datetime(2027, 3, 8, 9, 0, tzinfo=UTC),
        datetime(2027, 3, 29, 8, 0, tzinfo=UTC),
        datetime(2027, 5, 24, 8, 0, tzinfo=UTC),
    ]
    assert {check.round for check in checks} == {1}


def test_a_check_that_comes_too_early_is_refused_with_the_moment_it_counts_from() -> None:
    """All three checks done on the first day would be aftercare on paper."""
    check = a_check(12)
    with pytest.raises(TooEarly, match="waive it with a reason"):
        insist_on_time(check, NOW + timedelta(weeks=1))
    insist_on_time(check, earliest(12, check.due_at))
    assert earliest(12, check.due_at) == NOW + timedelta(weeks=9)


@given(situations)
def test_nothing_closes_with_an_open_duty(case: Situation) -> None:
    """When the list is empty there is nothing open at all; and whatever is taken from a case that may close, it may not."""
    if missing(case):
        return
    assert not case.duties
    assert not case.pending
    assert not [*case.owed, *case.planned]
    assert all(goal.outcome for goal in case.goals)


@given(duties, pending)
def test_one_open_thing_is_enough_to_keep_a_case_open(duty: Duty, asked: Pending) -> None:
    """An action, an information request, an invitation: it is named, with who must do or answer it."""
    (found,) = missing(ready_to_close().with_duty(duty))
    assert (found.code, found.subject, found.responsible) == (duty.kind, duty.id, duty.assigned_to)
    (found,) = missing(replace(ready_to_close(), pending=(asked,)))
    assert (found.code, found.subject, found.responsible) == (f"pending_{asked.kind}", asked.id, asked.organisation)


def test_without_a_goal_of_the_persons_own_closing_needs_a_reason_and_is_not_forbidden() -> None:
    """Nobody can be made to want something; that nobody asked must not stay unseen."""
    case = replace(ready_to_close(), goals=(Goal(uuid(1), GoalOf.TEAM, GoalOutcome.REACHED),))
    assert missing(case) == ()
    assert codes(warnings(case.goals, None)) == ["own_goal"]
    assert warnings(ready_to_close().goals, None) == ()
