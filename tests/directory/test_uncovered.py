"""Spans in which nobody is there, and what a change does to them, held against a walk over every minute."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import OpeningHours, is_open, openings_in
from app.directory.surroundings import OutOfHours
from app.directory.uncovered import Cover, Effect, Serving, cover, effects

START: Final = datetime(2026, 10, 24, 9, 30, tzinfo=UTC)  # the clock goes back in the night after
MINUTES: Final = 2 * 24 * 60
WITHIN: Final = Span(START, START + timedelta(minutes=MINUTES))
WHERE: Final = (None, "1011", "1012", "1013")


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def _span(start: int, minutes: int) -> Span:
    return Span(_at(start), _at(start + minutes))


clocks = st.sampled_from(["00:00-24:00", "00:00-02:30", "02:30-03:00", "09:00-17:00", "17:00-17:30", "22:00-24:00"])
told_hours = st.fixed_dictionaries(
    {
        "always": st.sampled_from([False, False, False, True]),
        "weekly": st.dictionaries(st.sampled_from("0456"), st.lists(clocks, max_size=2)),
        "exceptions": st.dictionaries(st.sampled_from(["2026-10-24", "2026-10-25"]), st.lists(clocks, max_size=2)),
    }
)
days = st.none() | st.sampled_from([date(2026, 10, day) for day in (20, 24, 25, 26, 28)])
servings = st.builds(
    Serving,
    st.sampled_from(["GM0001", "GM0002"]),
    st.sampled_from(["meldpunt", "crisis", "outreach"]),
    st.sampled_from([frozenset({"worry"}), frozenset({"wvggz"}), frozenset({"worry", "police"})]),
    told_hours.map(OpeningHours.parse),
    st.sampled_from(OutOfHours),
    st.booleans(),
    st.lists(st.builds(_span, st.integers(-300, MINUTES), st.integers(1, 900)), max_size=3).map(tuple),
    days,
    days,
    st.none() | st.frozensets(st.sampled_from(["1011", "1012"]), min_size=1),
    days,
)


def _is_there(one: Serving, at: datetime) -> bool:
    day = at.astimezone(AMSTERDAM).date()
    if day < (one.starts_on or date.min) or day >= (one.ends_on or date.max):
        return False
    if one.kind != "meldpunt":
        return any(shift.contains(at) for shift in one.shifts)
    stands_in = one.has_stand_in and day < (one.stand_in_ends_on or date.max)
    promised = one.out_of_hours in {"on_call", "waits"} or (one.out_of_hours == "named_provider" and stands_in)
    return "worry" in one.accepts and (promised or is_open(one.hours, at))


@settings(deadline=None, max_examples=60)
@given(told_hours)
def test_openings_are_the_minutes_at_which_it_is_open(told: dict[str, object]) -> None:
    """Over the night that has an hour twice; who looks at one moment and who looks at a period must see the same."""
    hours = OpeningHours.parse(told)
    found = openings_in(hours, WITHIN)
    step = 7  # minutes; hours begin and end at whole and half hours, which seven comes by often enough
    for minute in range(0, MINUTES, step):
        assert any(span.contains(_at(minute)) for span in found) == is_open(hours, _at(minute))
    assert all(WITHIN.start <= span.start < span.end <= WITHIN.end for span in found)


@settings(deadline=None, max_examples=60)
@given(st.lists(servings, max_size=4), st.lists(servings, max_size=4))
def test_an_effect_is_what_a_walk_over_the_minutes_finds(before: list[Serving], after: list[Serving]) -> None:
    """For every municipality, line, postcode and moment: told as uncovered when somebody was there and nobody is, and only then."""
    told = effects([cover(one, WITHIN) for one in before], [cover(one, WITHIN) for one in after], WITHIN)
    for code in ("GM0001", "GM0002"):
        for line in ("worry", "crisis"):
            for pc4 in WHERE:
                lost, gained = _told_for(told, code, line, pc4)
                sides = [
                    [
                        one
                        for one in side
                        if (one.municipality_code, one.line) == (code, line) and (one.pc4s is None or pc4 in one.pc4s)
                    ]
                    for side in (before, after)
                ]
                for minute in range(0, MINUTES, 29):
                    was, there = (any(_is_there(one, _at(minute)) for one in side) for side in sides)
                    assert any(span.contains(_at(minute)) for span in lost) == (was and not there)
                    assert any(span.contains(_at(minute)) for span in gained) == (there and not was)


def _told_for(told: tuple[Effect, ...], code: str, line: str, pc4: str | None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    here = [one for one in told if (one.municipality_code, one.line) == (code, line)]
    named = next((one for one in here if pc4 in one.pc4s), None)
    found = named or next((one for one in here if not one.pc4s), None)
    return (found.uncovered, found.covered) if found else ((), ())


def test_a_change_of_nothing_has_no_effect() -> None:
    """A planner who sees an effect must be able to rely on there being one."""
    told = [Cover("GM0001", "worry", (WITHIN,)), Cover("GM0001", "worry", (), frozenset({"1011"}))]
    assert effects(told, list(reversed(told)), WITHIN) == ()


def test_a_town_that_is_split_is_told_by_its_parts() -> None:
    """The postcodes that nobody serves any more are named, not the town."""
    before = [Cover("GM0001", "worry", (WITHIN,))]
    after = [Cover("GM0001", "worry", (WITHIN,), frozenset({"1011", "1012"}))]
    assert effects(before, after, WITHIN) == (
        Effect("GM0001", "worry", (), (WITHIN,), ()),
        Effect("GM0001", "worry", ("1011", "1012"), (), ()),
    )


def test_a_contract_ends_at_midnight_in_the_netherlands() -> None:
    """Not at midnight in Greenwich, when it is two o'clock here."""
    desk = Serving(
        "GM0001", "meldpunt", frozenset({"worry"}), OpeningHours(always=True), "none", False, ends_on=date(2026, 10, 25)
    )
    midnight = datetime.combine(date(2026, 10, 25), time(), AMSTERDAM)
    assert cover(desk, WITHIN).spans == (Span(WITHIN.start, midnight),)
