"""Moving what is to be done: sooner always, later not for ever, and not by everybody."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Forbidden, Invalid
from app.followup.items import Item, ItemKind, ItemState
from app.followup.moving import LONGEST_MOVE, insist_on_move, insist_on_mover

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
OWNER, WRITER, DOER, OTHER = (UUID(int=one) for one in range(1, 5))
moments = st.datetimes(datetime(2026, 9, 1), datetime(2027, 3, 1), timezones=st.just(UTC))


def an_action(due_at: datetime) -> Item:
    """By one, for another."""
    return Item(
        id=uuid4(), case_id=uuid4(), kind=ItemKind.ACTION, organisation=WRITER, written_at=NOW, at=NOW, audience=None,
        state=ItemState.OPEN, assigned_to=DOER, due_at=due_at, ended_at=None, facts={}, ended_facts={}, parent=None,
        corrects=None, version=1,
    )  # fmt: skip


@given(was=moments, to=st.none() | moments, who=st.none() | st.sampled_from((DOER, OTHER)))
def test_a_move_changes_something_and_never_puts_off_for_ever(was: datetime, to: datetime | None, who: UUID | None) -> None:
    """What passes is a moment to come, within a month unless it comes sooner than it was; or another organisation."""
    try:
        insist_on_move(an_action(was), who, to, NOW)
    except Invalid as refused:
        assert len(refused.errors) == 1  # noqa: PT017
        return
    assert who == OTHER or (to is not None and to != was)
    if to:
        assert to > NOW
        assert to <= max(NOW + LONGEST_MOVE, was)


@given(by=st.sampled_from((OWNER, WRITER, DOER, OTHER)), to=st.none() | st.sampled_from((DOER, OTHER)))
def test_who_must_do_it_moves_the_moment_and_hands_nothing_on(by: UUID, to: UUID | None) -> None:
    """Whoever asked for it decides who does it."""
    item = an_action(NOW)
    if by == OTHER or (by == DOER and to == OTHER):
        with pytest.raises(Forbidden):
            insist_on_mover(item, by, OWNER, to)
    else:
        insist_on_mover(item, by, OWNER, to)
