"""When to ring back, when again, and when nobody rings any more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callbacks.promises import (
    ENOUGH_ATTEMPTS,
    LATEST,
    CallbackState,
    Reason,
    Why,
    due_by,
    next_attempt,
    next_reminder,
    state_after,
)
from app.core.errors import Invalid, Refused

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("why", "minutes"), [(Why.PROMISED, 60), (Why.UNANSWERED, 15)])
def test_who_hung_up_is_rung_sooner_than_who_was_promised(why: Why, minutes: int) -> None:
    """Whoever rang and got nobody has told nothing yet: it may be urgent."""
    assert due_by(why, AT) == AT + minutes * MINUTE


@pytest.mark.parametrize("asked", [AT, AT - MINUTE, AT + LATEST + MINUTE])
def test_a_promise_for_the_past_or_for_next_year_is_a_slip(asked: datetime) -> None:
    """A moment that nobody can keep is refused while the caller is still on the line."""
    with pytest.raises(Invalid, match="two weeks"):
        due_by(Why.PROMISED, AT, asked)


@given(st.integers(1, 50))
def test_pauses_only_grow(attempts: int) -> None:
    """Nobody is rung more and more often, and no reminder comes later than four hours after the last."""
    assert next_attempt(attempts, AT) <= next_attempt(attempts + 1, AT)
    assert next_reminder(attempts, AT) <= next_reminder(attempts + 1, AT) <= AT + timedelta(hours=4)


@given(st.sampled_from(Reason), st.integers(0, 10))
def test_not_reached_takes_enough_attempts(reason: Reason, attempts: int) -> None:
    """Nobody is given up after a single try; every other reason holds at once."""
    if reason is Reason.NOT_REACHED and attempts < ENOUGH_ATTEMPTS:
        with pytest.raises(Refused, match="3 attempts"):
            state_after(reason, attempts)
    else:
        assert state_after(reason, attempts) is not CallbackState.OPEN
