"""The pure rules of boards: weeks, places, what is looked for, what a calendar says, what a handoff asks for."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.boards.handoffs import (
    UNCONFIRMED_AFTER,
    AddedList,
    HandoffOver,
    HandoffState,
    LinesNotRead,
    confirmed,
    insist_all_read,
    insist_on_shift,
    next_reminder,
)
from app.boards.rows import MOST_COUNTED, Count
from app.boards.sought import sought
from app.boards.weeks import week_at, week_named
from app.core.errors import Invalid
from app.core.ids import new_id, reference_for
from app.core.paging import Place, after_place, page_by_place
from app.directory import municipalities
from app.directory.holidays import AMSTERDAM
from app.directory.municipalities import beginning_with, towns_named

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS)
def test_every_moment_lies_in_its_own_week(at: datetime) -> None:
    """Also the hours around New Year, and those that a change of the clock takes or gives."""
    week = week_named(week_at(at))
    assert week.contains(at)
    start = week.start.astimezone(AMSTERDAM)
    assert (start.isoweekday(), start.hour, start.minute) == (1, 0, 0)
    assert week.duration in {timedelta(hours=hours) for hours in (167, 168, 169)}


@pytest.mark.parametrize("name", ["2026-W00", "2026-W54", "2025-W53", "W49", "2026-12-01", "1900-W01", "9999-W52", ""])
def test_what_is_no_week_is_refused(name: str) -> None:
    """2025 has 52 weeks: a 53rd is no week, and never silently the first of 2026."""
    with pytest.raises(Invalid):
        week_named(name)
    assert week_named("2026-W53").end.astimezone(AMSTERDAM).date() == date(2027, 1, 4)


@given(st.lists(st.builds(Place, MOMENTS, st.uuids()), unique=True), st.integers(1, 5))
def test_pages_by_place_show_everything_once(rows: list[Place], limit: int) -> None:
    """Whatever moments and ids there are, and however many are equal."""
    ordered = sorted(rows)
    seen: list[Place] = []
    cursor: str | None = None
    while True:
        after = after_place(cursor)
        page = page_by_place([one for one in ordered if after is None or one > after][: limit + 1], limit, lambda one: one)
        seen += page.items
        cursor = page.next
        assert cursor is None or len(cursor) <= 64
        if cursor is None:
            break
    assert seen == ordered


@given(st.text(max_size=64))
def test_a_cursor_is_ours_or_refused(told: str) -> None:
    """Whatever is sent, it is a place or a problem, never a fault."""
    with suppress(Invalid):
        place = after_place(told)
        assert place is None or after_place(place.cursor()) == place


@given(st.text(max_size=64))
def test_whatever_is_looked_for_means_one_thing(told: str) -> None:
    """An id, a reference, or the beginning of a municipality."""
    found = sought(told)
    assert [found.case_id, found.reference, found.municipality].count(None) == 2


def test_a_reference_is_known_by_its_check_letter() -> None:
    """One letter wrong, and it is none: nobody gets the case of another."""
    reference = reference_for(uuid4())
    assert sought(reference.lower().replace("-", "")).reference == reference
    assert sought("K7M4-2QXD-A").reference is None


def test_municipalities_by_how_they_begin() -> None:
    """As people type them."""
    names = {"GM1900": "Súdwest-Fryslân", "GM0518": "'s-Gravenhage", "GM0363": "Amsterdam"}
    assert beginning_with("sudwest fr", names) == ("GM1900",)
    assert beginning_with("s gravenh", names) == ("GM0518",)
    assert beginning_with("gm0", names) == ("GM0363", "GM0518")
    assert beginning_with("dam", names) == beginning_with("--", names) == ()


def test_what_is_typed_to_find_a_place_is_not_kept() -> None:
    """It may be somebody's name: only names of the register stay in memory."""
    kept = municipalities._plain.cache_info().currsize
    assert not beginning_with("Fatima Voorbeeld", {})
    assert not towns_named("Fatima Voorbeeld", (), 1)
    assert municipalities._plain.cache_info().currsize == kept


def test_a_count_goes_no_further_than_anybody_would() -> None:
    """200, or more than that."""
    assert (Count.of(150, 50), Count.of(150, 51)) == (Count(MOST_COUNTED, more=False), Count(MOST_COUNTED, more=True))


@given(MOMENTS, st.integers(1, 24), st.integers(-30, 30), st.data())
def test_a_handoff_that_nobody_confirms_is_told_until_the_shift_ends(
    starts: datetime, hours: int, written: int, data: st.DataObject
) -> None:
    """The first time half an hour into the new shift, then every half hour, the last time at its end; never twice at once."""
    ends, at = starts + timedelta(hours=hours), starts + timedelta(hours=written)
    told: list[datetime] = []
    moment = next_reminder(starts, ends, at)
    while moment is not None:
        assert moment > at
        told.append(moment)
        at = moment + timedelta(seconds=data.draw(st.integers(0, 60)))  # the worker may be a little late
        moment = next_reminder(starts, ends, at)
    assert told == sorted(set(told))
    if told:
        assert told[0] >= min(starts + UNCONFIRMED_AFTER, ends)
        assert told[-1] <= ends
        assert ends - told[-1] <= UNCONFIRMED_AFTER + timedelta(minutes=2)


def test_a_confirmation_names_every_line() -> None:
    """One that is left out was not read; one too many is not ours."""
    lines = [uuid4(), uuid4()]
    insist_all_read(lines, reversed(lines))
    insist_all_read([], [])
    with pytest.raises(LinesNotRead) as left:
        insist_all_read(lines, lines[:1])
    assert left.value.extra["left"] == [str(lines[1])]
    with pytest.raises(Invalid):
        insist_all_read(lines, [*lines, uuid4()])


def test_a_handoff_is_confirmed_while_its_shift_lasts() -> None:
    """By a second colleague too; after the shift it is too late."""
    assert confirmed(HandoffState.WAITING) is confirmed(HandoffState.CONFIRMED) is HandoffState.CONFIRMED
    with pytest.raises(HandoffOver):
        confirmed(HandoffState.MISSED)


@pytest.mark.parametrize(("starts", "ends"), [(None, 8), (0, None), (8, 8), (8, 7), (0, 25), (13, 20), (-8, 0)])
def test_moments_that_no_shift_has(starts: int | None, ends: int | None) -> None:
    """Missing, backwards, longer than a day, too far ahead, over."""
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    moments = [None if hours is None else at + timedelta(hours=hours) for hours in (starts, ends)]
    with pytest.raises(Invalid):
        insist_on_shift(moments[0], moments[1], at)


def test_what_is_added_is_stored_and_read_as_it_was() -> None:
    """Two hundred, and whether there were more."""
    from app.boards.handoffs import Added

    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    rows = [Added(UUID(int=new_id(at).int), "K7M4-2QXD-H", "GM0363", "urgent", at, "first_contact") for _ in range(201)]
    told = AddedList.of(rows)
    assert (len(told.items), told.more) == (200, True)
    assert AddedList.from_json(told.to_json()) == told
