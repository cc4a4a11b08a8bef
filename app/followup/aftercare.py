"""Aftercare: which checks, when; and what still forbids closing. Source: domain.md, Case and Closing ⚙."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.cases.lifecycle import State
from app.core.errors import Refused
from app.followup.clocks import weeks_after
from app.followup.goals import WhyNotOwn, lacks_own
from app.followup.situation import (
    Check,
    Goal,
    Obligation,
    ObligationKind,
    ObligationState,
    Situation,
)

CHECK_WEEKS: Final = (1, 4, 12)  # ⚙ weeks after the goals have their outcomes
EARLY: Final = 0.25  # ⚙ a check counts when this part of its wait is still left, not before


class CheckResult(StrEnum):
    """How the person was found at an aftercare check."""

    BETTER = "better"
    STABLE = "stable"
    WORSE = "worse"  # think of a new goal: it takes the case back into follow-up


class TooEarly(Refused):
    """What is said now tells nothing about how things will be when the check is due."""

    slug, title = "too-early", "It is too early for this check"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that forbids closing: a code, and a sentence that says what to do.

    `subject` is its goal, check, item or question; `responsible` the organisation that must do or answer it, if it is said.
    """

    code: str
    sentence: str
    subject: UUID | None = None
    responsible: UUID | None = None


def checks_from(
    at: datetime, after_round: int, new_id: Callable[[], UUID], weeks: tuple[int, ...] = CHECK_WEEKS
) -> tuple[Check, ...]:
    """The checks of a new round of aftercare that begins at `at`."""
    return tuple(Check(new_id(), after_round + 1, week, weeks_after(at, week)) for week in weeks)


def earliest(week: int, due_at: datetime) -> datetime:
    """From when on this check may be done."""
    return due_at - timedelta(weeks=week) * EARLY


def insist_on_time(check: Check, at: datetime) -> None:
    """Refuse a check that comes too early to say anything.

    Raises:
        TooEarly: naming the moment from which it counts.
    """
    begins = earliest(check.week, check.due_at)
    if at < begins:
        raise TooEarly(
            f"The check of week {check.week} counts from {begins:%Y-%m-%dT%H:%MZ} on. Do it then, or waive it with a reason.",
            earliestAt=begins.isoformat().replace("+00:00", "Z"),
        )


def missing(situation: Situation) -> tuple[Missing, ...]:
    """Everything that forbids closing this case, all at once, in the order in which it is usually done; empty when it may close."""  # noqa: E501
    return (
        *_before_aftercare(situation),
        *_duties(situation),
        *_pending(situation),
        *_checks(situation),
        *_feedback(situation.obligation(ObligationKind.FEEDBACK)),
        *_still_worried(situation.obligation(ObligationKind.STILL_WORRIED)),
        *_informing(situation.obligation(ObligationKind.INFORM_PERSON)),
        *_evaluation(situation.obligation(ObligationKind.EVALUATION)),
    )


def warnings(goals: Iterable[Goal], why: WhyNotOwn | None) -> tuple[Missing, ...]:
    """What should not be so, and closes all the same when a reason is given: nobody can make another want something.

    To forbid closing would make people invent a goal for the person; to keep silent would make it usual that nobody asked. `why`:
    the reason that was given last when the team set a goal of its own.
    """
    if not lacks_own(goals):
        return ()
    given = f" Given as the reason so far: {why.replace('_', ' ')}." if why else ""
    sentence = f"None of the goals is the person's own: ask them and set it, or say in `withoutOwnGoal` why there is none.{given}"
    return (Missing("own_goal", sentence),)


def _duties(situation: Situation) -> Iterator[Missing]:
    for duty in sorted(situation.duties, key=lambda duty: duty.id):
        due = f" (due {duty.due_at:%Y-%m-%d})" if duty.due_at else ""
        sentence = f"This {duty.kind.replace('_', ' ')}{due} is still open: do it, or cancel it with a reason and your role."
        yield Missing(duty.kind, sentence, duty.id, duty.assigned_to)


def _pending(situation: Situation) -> Iterator[Missing]:
    for one in sorted(situation.pending, key=lambda one: one.id):
        sentence = f"This {one.kind} was not answered yet (until {one.until:%Y-%m-%d}): wait for the answer, or take it back."
        yield Missing(f"pending_{one.kind}", sentence, one.id, one.organisation)


def _before_aftercare(situation: Situation) -> Iterator[Missing]:
    if situation.state is State.ACCEPTED:
        yield Missing("first_contact", "The person was not contacted yet: log that they were reached, refused, are unreachable.")
    if not situation.goals:
        yield Missing("goal", "No goal was set: set at least one, the person's own first, and give it its outcome.")
    for goal in situation.goals:
        if goal.outcome is None:
            yield Missing("goal_outcome", "This goal has no outcome yet: say what became of it.", goal.id)
    if situation.state in {State.ACCEPTED, State.IN_FOLLOW_UP}:
        yield Missing("aftercare", "Aftercare has not begun: it does when every goal, set anew if need be, has an outcome.")


def _checks(situation: Situation) -> Iterator[Missing]:
    for check in sorted(situation.planned, key=lambda check: check.due_at):
        yield Missing(
            "aftercare_check",
            f"The aftercare check of week {check.week} (due {check.due_at:%Y-%m-%d}) was neither done nor waived.",
            check.id,
        )


def _feedback(owed: Obligation | None) -> Iterator[Missing]:
    if _is_open(owed):
        yield Missing("feedback", "The caller was promised feedback: give it, or waive it with a reason and your role.")


def _still_worried(owed: Obligation | None) -> Iterator[Missing]:
    if owed is not None and _is_open(owed):
        sentence = f"The caller is asked again from {owed.due_at:%Y-%m-%d} on: still worried? Ask, or waive it with a reason."
        yield Missing("still_worried", sentence)


def _informing(owed: Obligation | None) -> Iterator[Missing]:
    if owed is not None and owed.deferred and _is_open(owed):
        sentence = f"Informing the person is put off until {owed.due_at:%Y-%m-%d}: inform them now, or waive it with a reason."
        yield Missing("inform_person", sentence)
    elif owed is None or _is_open(owed):
        yield Missing("inform_person", "The person was not told that there is a file: inform them, or waive it with a reason.")


def _evaluation(owed: Obligation | None) -> Iterator[Missing]:
    if owed is None or _is_open(owed):
        yield Missing("evaluation", "There is no evaluation: say what worked and what was missing, or waive it with a reason.")


def _is_open(owed: Obligation | None) -> bool:
    return owed is not None and owed.state is ObligationState.OPEN
