"""The next deadline of a case, and of nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from app.cases.deadlines import DeadlineKind, first_contact_by
from app.cases.lifecycle import State, Urgency
from app.core.errors import Refused
from app.followup.clocks import (
    LEFT_LYING_AFTER,
    deadlines_of,
    next_deadline,
    one_month_after,
    overdue_in,
)
from app.followup.situation import CheckState, ObligationKind, Situation
from tests.followup.situations import NOW, a_check, moments, owed, ready_to_close, situations


@settings(deadline=None)  # the first holidays of a year take long to compute
@given(situations, moments)
def test_an_open_case_always_has_a_next_deadline(case: Situation, at: datetime) -> None:
    """A case without a deadline is one that nobody looks at again."""
    deadline = next_deadline(case, at)
    assert deadline is not None
    assert deadline == min(deadlines_of(case, at))
    if case.state is State.IN_FOLLOW_UP:
        assert deadline.at <= at + LEFT_LYING_AFTER
    if case.state is not State.ACCEPTED:
        assert all(deadline.at <= one.due_at for one in case.owed)


@settings(deadline=None)  # the first holidays of a year take long to compute
@given(situations, moments)
def test_what_is_overdue_has_a_name(case: Situation, at: datetime) -> None:
    """A reminder that does not say of what is noise."""
    deadline = next_deadline(case, at)
    assert deadline
    later = max(deadline.at, at) + timedelta(seconds=1)
    assert deadline.what in overdue_in(case, deadline.kind, later)


def test_until_the_first_contact_nothing_else_is_the_deadline() -> None:
    """A feedback promised for next week must not hide that nobody went to see the person."""
    case = replace(ready_to_close(), state=State.ACCEPTED, urgency=Urgency.CRISIS, accepted_at=NOW)
    deadline = next_deadline(case.with_obligation(owed(ObligationKind.FEEDBACK, days=-1)), NOW)
    assert deadline
    assert (deadline.at, deadline.kind) == (first_contact_by(Urgency.CRISIS, NOW), DeadlineKind.FIRST_CONTACT)


def test_a_case_on_which_nothing_happens_is_lying_around_after_two_weeks() -> None:
    """Without a task there is still a day on which somebody must look."""
    deadline = next_deadline(replace(ready_to_close(), state=State.IN_FOLLOW_UP), NOW)
    assert deadline
    assert (deadline.at, deadline.what) == (NOW + timedelta(days=14), "left_lying")


def test_what_is_owed_sooner_comes_first() -> None:
    """A promise for next week is not covered by "within two weeks"."""
    case = replace(ready_to_close(), state=State.IN_FOLLOW_UP).with_obligation(owed(ObligationKind.FEEDBACK, days=7))
    deadline = next_deadline(case, NOW)
    assert deadline
    assert (deadline.at, deadline.what, deadline.kind) == (NOW + timedelta(days=7), "feedback", DeadlineKind.FOLLOW_UP)


def test_in_aftercare_the_next_check_is_the_deadline() -> None:
    """Eight quiet weeks between two checks are no neglect."""
    case = replace(ready_to_close(), checks=(a_check(1, CheckState.DONE), a_check(4), a_check(12)))
    deadline = next_deadline(case, NOW)
    assert deadline
    assert (deadline.at, deadline.what, deadline.kind) == (
        NOW + timedelta(weeks=4),
        "aftercare_week_4",
        DeadlineKind.AFTERCARE,
    )


def test_a_case_that_is_ready_must_be_closed() -> None:
    """When everything is done, closing is what is due."""
    deadline = next_deadline(ready_to_close(), NOW)
    assert deadline
    assert deadline.what == "closing"


def test_only_a_closed_case_has_none() -> None:
    """After closing nothing climbs any more; before accepting the offer's own clock runs."""
    assert next_deadline(replace(ready_to_close(), state=State.CLOSED), NOW) is None
    with pytest.raises(Refused, match="Nobody has accepted"):
        next_deadline(replace(ready_to_close(), state=State.OFFERED), NOW)


@pytest.mark.parametrize(
    ("at", "later"),
    [
        (datetime(2027, 1, 31, 11, tzinfo=UTC), datetime(2027, 2, 28, 11, tzinfo=UTC)),
        (datetime(2026, 12, 15, 11, tzinfo=UTC), datetime(2027, 1, 15, 11, tzinfo=UTC)),
        (datetime(2027, 3, 10, 11, tzinfo=UTC), datetime(2027, 4, 10, 10, tzinfo=UTC)),
        (datetime(2027, 4, 30, 23, tzinfo=UTC), datetime(2027, 5, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_month_is_a_month_in_amsterdam(at: datetime, later: datetime) -> None:
    """The law's month ends on the same day, or the last; an evening in UTC is already tomorrow here."""
    assert one_month_after(at) == later
