"""What goals and contacts do to the state of a case."""

from dataclasses import replace

import pytest

from app.cases.lifecycle import State
from app.followup.contacts import Contact, Party, Result, Way, state_after
from app.followup.goals import NoContactYet, state_after_goal, state_after_outcome
from app.followup.situation import GoalOutcome
from tests.followup.situations import NOW, a_goal, ready_to_close


def a_contact(party: Party, result: Result) -> Contact:
    """A telephone call."""
    return Contact(NOW, Way.PHONE, party, result)


@pytest.mark.parametrize(
    ("party", "result", "state"),
    [
        (Party.PERSON, Result.REACHED, State.IN_FOLLOW_UP),
        (Party.PERSON, Result.REFUSED, State.IN_FOLLOW_UP),
        (Party.PERSON, Result.TRIED, State.ACCEPTED),
        (Party.CARER, Result.REACHED, State.ACCEPTED),
        (Party.PROFESSIONAL, Result.REACHED, State.ACCEPTED),
        (Party.CALLER, Result.REACHED, State.ACCEPTED),
    ],
)
def test_only_the_person_makes_it_the_first_contact(party: Party, result: Result, state: State) -> None:
    """Calling the neighbour about somebody is not contact with them."""
    assert state_after(a_contact(party, result), State.ACCEPTED) is state


def test_a_later_contact_moves_nothing() -> None:
    """A visit in aftercare is no relapse by itself."""
    assert state_after(a_contact(Party.PERSON, Result.REACHED), State.AFTERCARE) is State.AFTERCARE


def test_a_new_goal_in_aftercare_is_a_relapse() -> None:
    """Things got worse: the case is worked on again, and its checks start anew later."""
    assert state_after_goal(State.AFTERCARE) is State.IN_FOLLOW_UP
    assert state_after_goal(State.ACCEPTED) is State.ACCEPTED


def test_aftercare_begins_with_the_last_outcome() -> None:
    """As long as one goal is open there is work, not aftercare."""
    case = replace(ready_to_close(), state=State.IN_FOLLOW_UP)
    assert state_after_outcome(case) is State.AFTERCARE
    assert state_after_outcome(case.with_goal(a_goal(3))) is State.IN_FOLLOW_UP


def test_no_outcome_before_the_person_was_contacted() -> None:
    """A case must not be talked closed by people who never saw the person."""
    case = replace(ready_to_close(), state=State.ACCEPTED).with_goal(a_goal(3, GoalOutcome.DROPPED))
    with pytest.raises(NoContactYet, match="Log the contact"):
        state_after_outcome(case)
