"""What a caller may be told."""

from datetime import UTC, datetime

import pytest

from app.followup.feedback import (
    FEEDBACK_WITHIN,
    MAY_HEAR_OUTCOME,
    Listener,
    OutcomeNotForListener,
    feedback_due,
    insist,
    may_be_told,
)
from tests.followup.situations import NOW


@pytest.mark.parametrize("listener", sorted(MAY_HEAR_OUTCOME))
def test_the_laws_list_may_hear_the_outcome(listener: Listener) -> None:
    """The person, close family and carers, involved care, the representative (F33)."""
    insist(listener, outcome_told=True)
    assert may_be_told(listener).instead is None


@pytest.mark.parametrize("listener", sorted(set(Listener) - MAY_HEAR_OUTCOME))
def test_everybody_else_gets_a_sentence_instead(listener: Listener) -> None:
    """A professional who is refused must know at once what to say: the caller is on the line."""
    insist(listener, outcome_told=False)
    with pytest.raises(OutcomeNotForListener) as refusal:
        insist(listener, outcome_told=True)
    said = refusal.value.extra["say"]
    assert isinstance(said, dict)
    assert set(said) == {"nl", "en"}
    assert all(said.values())


def test_a_promise_is_kept_by_its_moment() -> None:
    """What the operator agreed on counts; without a moment it is two weeks."""
    assert feedback_due({"due_at": "2026-11-30T16:00:00Z"}, NOW) == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert feedback_due({}, NOW) == NOW + FEEDBACK_WITHIN
