"""How something overdue climbs."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import Urgency
from app.followup.climbing import Audience, Level, climb
from tests.followup.situations import NOW, URGENCIES, moments

KINDS = (DeadlineKind.FIRST_CONTACT, DeadlineKind.FOLLOW_UP, DeadlineKind.AFTERCARE)


@settings(deadline=None)  # the first holidays of a year take long to compute
@given(st.sampled_from(URGENCIES), st.sampled_from(KINDS), moments)
def test_in_four_steps_the_national_desk_hears_and_keeps_hearing(urgency: Urgency, kind: DeadlineKind, at: datetime) -> None:
    """However long nobody acts, somebody new hears, until everybody does; and then it does not fall silent."""
    level, moment, heard = 0, at, []
    for _ in range(7):
        step = climb(urgency, kind, level, moment)
        assert moment < step.next_at <= moment + timedelta(days=7)
        level, moment = step.level, step.next_at
        heard.append(set(step.hears))
    assert all(before <= after for before, after in pairwise(heard))
    assert [len(who) for who in heard] == [1, 2, 3, 4, 4, 4, 4]
    assert heard[-1] == set(Audience)


@pytest.mark.parametrize(
    ("urgency", "between", "at_the_top"),
    [
        (Urgency.ACUTE, timedelta(minutes=15), timedelta(hours=1)),
        (Urgency.CRISIS, timedelta(minutes=30), timedelta(hours=4)),
        (Urgency.URGENT, timedelta(hours=2), timedelta(hours=24)),
    ],
)
def test_a_missed_first_contact_climbs_as_fast_as_it_is_urgent(
    urgency: Urgency, between: timedelta, at_the_top: timedelta
) -> None:
    """Nobody may wait a working day for a crisis, not even at night."""
    first = climb(urgency, DeadlineKind.FIRST_CONTACT, Level.PERSON, NOW)
    assert (first.level, first.hears, first.next_at) == (Level.COORDINATOR, (Audience.COORDINATOR,), NOW + between)
    top = climb(urgency, DeadlineKind.FIRST_CONTACT, Level.NATIONAL_DESK, NOW)
    assert (top.level, top.next_at) == (Level.NATIONAL_DESK, NOW + at_the_top)


def test_an_aftercare_check_climbs_by_working_days() -> None:
    """What is missed on Friday need not wake anybody on Sunday."""
    friday = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert climb(Urgency.ACUTE, DeadlineKind.AFTERCARE, 0, friday).next_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def test_after_an_outage_everybody_still_has_time() -> None:
    """A worker that was down for a day must not tell four levels in one second."""
    late = NOW + timedelta(days=1)
    assert climb(Urgency.CRISIS, DeadlineKind.FIRST_CONTACT, 1, late).next_at == late + timedelta(minutes=30)
