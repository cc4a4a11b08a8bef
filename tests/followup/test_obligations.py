"""What is owed, and how it may be put off."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import Invalid
from app.followup.obligations import (
    LONGEST_DEFERRAL,
    NotDeferrable,
    after_speaking_with_the_person,
    deferred,
    evaluation_after,
    owed_from_the_start,
)
from app.followup.situation import ObligationKind
from tests.followup.situations import NOW, a_check, owed


def test_without_a_promise_only_informing_the_person_is_owed() -> None:
    """Nobody waits for feedback that was never promised, but the person must hear within a month (GDPR art. 14)."""
    (inform,) = owed_from_the_start(NOW, None, None)
    assert (inform.kind, inform.due_at) == (ObligationKind.INFORM_PERSON, datetime(2026, 12, 24, 2, 10, tzinfo=UTC))


def test_a_promise_is_owed_from_the_start() -> None:
    """The one who answered the phone gave the word; the one who took the case over keeps it."""
    _, feedback, again = owed_from_the_start(NOW, {"due_at": "2026-11-27T12:00:00+00:00"}, NOW, NOW)
    assert (feedback.kind, feedback.due_at) == (ObligationKind.FEEDBACK, datetime(2026, 11, 27, 12, tzinfo=UTC))
    assert (again.kind, again.due_at) == (ObligationKind.STILL_WORRIED, NOW + timedelta(weeks=4))


def test_speaking_with_the_person_makes_informing_due() -> None:
    """At the latest at the first conversation, and a working day to write it down; never later than it was."""
    inform = owed(ObligationKind.INFORM_PERSON, days=30)
    assert after_speaking_with_the_person(inform, NOW).due_at == NOW + timedelta(days=1)
    soon = owed(ObligationKind.INFORM_PERSON, days=0)
    assert after_speaking_with_the_person(soon, NOW).due_at == NOW


def test_what_is_put_off_for_a_reason_stays_put_off() -> None:
    """Danger does not end because somebody talked with the person."""
    inform = deferred(owed(ObligationKind.INFORM_PERSON), NOW + timedelta(days=60), NOW)
    assert after_speaking_with_the_person(inform, NOW) == inform


@pytest.mark.parametrize("review_by", [NOW, NOW - timedelta(days=1), NOW + LONGEST_DEFERRAL + timedelta(seconds=1)])
def test_a_deferral_ends(review_by: datetime) -> None:
    """Putting off without a day in sight would be never."""
    with pytest.raises(Invalid, match="within 92 days"):
        deferred(owed(ObligationKind.INFORM_PERSON), review_by, NOW)


def test_only_informing_can_be_put_off() -> None:
    """A promise to the caller is kept or waived."""
    with pytest.raises(NotDeferrable):
        deferred(owed(ObligationKind.FEEDBACK), NOW + timedelta(days=7), NOW)


def test_the_evaluation_follows_the_last_check() -> None:
    """Only then can be said whether it helped."""
    assert evaluation_after((a_check(1), a_check(12), a_check(4))).due_at == NOW + timedelta(weeks=14)
