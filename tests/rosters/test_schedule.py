"""What goes before what on a roster, and that nobody is ever twice on a layer."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.spans import Span
from app.rosters.plan import Plan
from app.rosters.plan import duties as made_ahead
from app.rosters.schedule import Duty, Kind, Override, from_now, overrides_from_now, schedule

START: Final = datetime(2026, 11, 24, tzinfo=UTC)
A, B, C, D = (UUID(int=number) for number in range(1, 5))
R: Final = UUID(int=99)


def _span(start: int, hours: int) -> Span:
    return Span(START + timedelta(hours=start), START + timedelta(hours=start + hours))


def _on(duties: Iterable[Duty], layer: int, hour: int) -> UUID | None:
    at = START + timedelta(hours=hour, minutes=30)
    found = [duty.participant for duty in duties if duty.layer == layer and duty.span.contains(at)]
    assert len(found) < 2, "two on one layer"
    return found[0] if found else None


spans = st.builds(_span, st.integers(0, 40), st.integers(1, 16))
people = st.sampled_from([A, B, C, D])
planned_duties = st.lists(st.builds(Duty, st.integers(1, 2), spans, people, st.just(R)), max_size=8)
ids = st.integers(1000, 10**6).map(lambda number: UUID(int=number))


@st.composite
def an_override(draw: st.DrawFn) -> Override:
    """An override of any kind, about anybody."""
    kind = draw(st.sampled_from(Kind))
    made = {"id": draw(ids), "kind": kind, "participant": draw(people), "span": draw(spans)}
    if kind is Kind.ABSENCE:
        return Override(**made, other=draw(st.none() | people))
    layer = draw(st.integers(1, 2))
    if kind is Kind.SWAP:
        return Override(**made, layer=layer, other=draw(people), other_layer=draw(st.integers(1, 2)), other_span=draw(spans))
    return Override(**made, layer=layer)


def _oracle(duties: list[Duty], overrides: list[Override], layer: int, hour: int) -> UUID | None:
    """Hour by hour, by the definition alone."""
    at = START + timedelta(hours=hour, minutes=30)
    who = next((duty.participant for duty in duties if duty.layer == layer and duty.span.contains(at)), None)
    for one in overrides:
        here = one.span.contains(at)
        if one.kind is Kind.ABSENCE and here and who == one.participant:
            who = one.other
        elif (one.kind is Kind.COVER and here and one.layer == layer) or (
            one.kind is Kind.EXTRA and here and one.layer == layer and who is None
        ):
            who = one.participant
        elif one.kind is Kind.SWAP and one.other_span:
            if here and one.layer == layer and who == one.participant:
                who = one.other
            # The second half comes after the first: with both shifts at one moment on one layer it is taken back.
            if one.other_span.contains(at) and one.other_layer == layer and who == one.other:
                who = one.participant
    return who


@settings(max_examples=80, deadline=None)
@given(planned_duties, st.lists(an_override(), max_size=5))
def test_hour_by_hour_it_is_who_the_definition_says(duties: list[Duty], overrides: list[Override]) -> None:
    """Whatever is put over whatever: one answer an hour and layer, and shifts of one layer never overlap."""
    found = schedule(duties, overrides)
    for layer in (1, 2):
        on_layer = [duty for duty in found if duty.layer == layer]
        assert all(one.span.end <= other.span.start for one, other in pairwise(on_layer))
        for hour in range(58):
            assert _on(found, layer, hour) == _oracle(duties, overrides, layer, hour)


@settings(max_examples=50, deadline=None)
@given(planned_duties, st.lists(an_override(), max_size=5), st.integers(0, 40))
def test_from_now_on_it_says_the_same(duties: list[Duty], overrides: list[Override], hour: int) -> None:
    """What lies behind is left alone, and changes nothing of what is to come."""
    now = START + timedelta(hours=hour)
    whole = schedule(duties, overrides)
    rest = schedule(from_now(schedule(duties, ()), now), overrides_from_now(overrides, now))
    for layer in (1, 2):
        for later in range(hour, 58):
            assert _on(rest, layer, later) == _on(whole, layer, later)


@settings(max_examples=80, deadline=None)
@given(planned_duties, st.lists(an_override(), max_size=5), st.integers(0, 40), st.integers(1, 59))
def test_made_ahead_again_later_it_is_the_same(duties: list[Duty], overrides: list[Override], hour: int, minute: int) -> None:
    """A worker that comes every day swaps nothing back, cuts nothing in two, and gives no shift to somebody else."""
    now = START + timedelta(hours=hour, minutes=minute)
    plan = Plan(
        roster_id=R, organisation_id=R, rotations=(), overrides=tuple(replace(one, decided_at=START) for one in overrides),
        participants={}, signed_up=tuple(duties),
    )  # fmt: skip
    once = made_ahead(plan, Span(START, START + timedelta(days=9)))
    held = [replace(one, rotation=None, override=None) for one in once if one.span.contains(now)]
    later = replace(plan, generated_at=START + timedelta(seconds=1))
    again = made_ahead(later, Span(now, now + timedelta(days=9)), held)
    to_come = [(one.layer, one.span, one.participant) for one in once if one.span.end > now]
    assert [(one.layer, one.span, one.participant) for one in again] == to_come


def test_who_falls_ill_after_a_swap_is_not_on_duty() -> None:
    """The later word counts: an agreement of last week does not make somebody well."""
    duties = [Duty(1, _span(0, 8), A, R), Duty(1, _span(8, 8), B, R)]
    swap = Override(
        id=R, kind=Kind.SWAP, participant=A, span=_span(0, 8), layer=1, other=B, other_layer=1, other_span=_span(8, 8)
    )
    ill = Override(id=C, kind=Kind.ABSENCE, participant=A, span=_span(0, 48))
    assert [one.participant for one in schedule(duties, [swap])] == [B, A]
    assert [one.participant for one in schedule(duties, [swap, ill])] == [B]
    assert [one.participant for one in schedule(duties, [ill, swap])] == [A]
