"""How long an offer stands, and how often the last rung hears of it."""

from datetime import timedelta
from itertools import pairwise

import pytest

from app.cases.lifecycle import Urgency
from app.routing.ladder import accept_by, next_reminder
from tests.routing.places import utc

NIGHT = utc("2026-11-24T02:10")


@pytest.mark.parametrize(
    ("urgency", "at", "until"),
    [
        (Urgency.ACUTE, "2026-11-24T02:10", "2026-11-24T02:15"),
        (Urgency.CRISIS, "2026-11-24T02:10", "2026-11-24T02:20"),
        (Urgency.URGENT, "2026-11-24T02:10", "2026-11-24T02:40"),
        (Urgency.URGENT, "2026-10-25T00:45", "2026-10-25T01:15"),  # minutes pass while the clock is set back
        (Urgency.NORMAL, "2026-11-24T11:00", "2026-11-25T11:00"),
        (Urgency.NORMAL, "2026-11-27T11:00", "2026-11-30T11:00"),  # Friday to Monday
        (Urgency.NORMAL, "2026-12-24T11:00", "2026-12-28T11:00"),  # over Christmas
        (Urgency.NORMAL, "2026-10-23T10:00", "2026-10-26T11:00"),  # the same time on the wall, an hour later in UTC
    ],
)
def test_an_offer_stands_as_long_as_its_urgency_allows(urgency: Urgency, at: str, until: str) -> None:
    """Minutes are elapsed time whatever the day; a working day is one of the service calendar, at the same time by the clock."""
    assert accept_by(urgency, utc(at)) == utc(until)


@pytest.mark.parametrize("urgency", [one for one in Urgency if one is not Urgency.ADVICE])
def test_the_last_rung_is_reminded_ever_more_slowly_but_never_left_alone(urgency: Urgency) -> None:
    """Who is called every five minutes all night stops listening; who is never called again forgets."""
    moments = [NIGHT]
    for reminders in range(12):
        moments.append(next_reminder(urgency, reminders, moments[-1]))
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses == sorted(pauses)
    assert timedelta(minutes=5) <= pauses[0]
    assert pauses[-1] == pauses[-2] <= timedelta(hours=32)
