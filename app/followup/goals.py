"""Goals stand above tasks: what they do to the state of a case. Source: domain.md, Case and Closing."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from app.cases.lifecycle import State
from app.core.errors import Refused
from app.followup.situation import CheckState, Goal, GoalOf, Situation


class WhyNotOwn(StrEnum):
    """Why the team sets a goal while there is none of the person's own."""

    NOT_ASKED_YET = "not_asked_yet"
    NOT_REACHED = "not_reached"
    CAN_NOT_SAY = "can_not_say"  # not now, by the state they are in
    WANTS_NONE = "wants_none"  # was asked, and wants nothing of us


class NoContactYet(Refused):
    """Nobody has spoken with the person of this case, so no goal can have an outcome."""

    slug, title = "no-contact-yet", "There was no contact with the person yet"


def state_after_goal(state: State) -> State:
    """The state after a new goal was set: aftercare that needs a goal has become follow-up again (a relapse)."""
    return State.IN_FOLLOW_UP if state is State.AFTERCARE else state


def relapsed(situation: Situation) -> Situation:
    """Without the checks that were still planned: the next aftercare plans its own."""
    checks = (replace(one, state=CheckState.WAIVED) if one.state is CheckState.PLANNED else one for one in situation.checks)
    return replace(situation, checks=tuple(checks))


def state_after_outcome(situation: Situation) -> State:
    """The state after a goal got its outcome; `situation` holds it already.

    When every goal has one, aftercare begins.

    Raises:
        NoContactYet: the person was neither reached nor refused.
    """
    if situation.state is State.ACCEPTED:
        raise NoContactYet(
            "A goal can't have an outcome before the person was contacted. Log the contact: reached, refused or unreachable."
        )
    return State.AFTERCARE if all(goal.outcome for goal in situation.goals) else situation.state


def lacks_own(goals: Iterable[Goal]) -> bool:
    """Whether no goal is the person's own: a plan without is allowed, for help can't wait, and is said to lack one."""
    return not any(goal.of is GoalOf.PERSON for goal in goals)
