"""Sets of moments, and opening hours as one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.spans import Span, Spans, common, united, without
from app.directory.opening_hours import OpeningHours, is_open, openings_in
from tests.directory.test_opening_hours import situations

START = datetime(2026, 10, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
spans = st.lists(
    st.builds(lambda start, length: Span(START + start * MINUTE, START + (start + length) * MINUTE), st.integers(0, 40), st.integers(1, 20)),
    max_size=6,
)  # fmt: skip


def _minutes(found: Spans) -> set[int]:
    return {minute for minute in range(70) if any(one.contains(START + minute * MINUTE) for one in found)}


def _is_tidy(found: Spans) -> bool:
    return all(one.end < other.start for one, other in pairwise(found))


@given(spans, spans)
def test_arithmetic_is_that_of_sets(first: list[Span], second: list[Span]) -> None:
    """A minute too many is an alarm too many, one too few is a gap that nobody sees."""
    one, other = united(first), united(second)
    assert (_minutes(one), _minutes(other)) == (_minutes(tuple(first)), _minutes(tuple(second)))
    assert _minutes(common(one, other)) == _minutes(one) & _minutes(other)
    assert _minutes(without(one, other)) == _minutes(one) - _minutes(other)
    assert _is_tidy(one)
    assert united(common(one, other)) == common(one, other)


@settings(deadline=None, max_examples=60)
@given(situations(), st.integers(0, 4000), st.integers(1, 4000))
def test_openings_are_the_minutes_at_which_it_is_open(
    situation: tuple[date, dict[str, Any], int], start: int, length: int
) -> None:
    """Both clock changes, holidays, exceptions, nights: a span and a moment never disagree."""
    around, told, _ = situation
    hours = OpeningHours.parse(told)
    first = datetime.combine(around - timedelta(days=2), datetime.min.time(), UTC) + start * MINUTE
    period = Span(first, first + length * MINUTE)
    found = openings_in(hours, period)
    assert _is_tidy(found)
    for minute in range(0, length, 7):
        at = first + minute * MINUTE
        assert any(one.contains(at) for one in found) == is_open(hours, at)
    for one in found:
        assert is_open(hours, one.start)
        assert one.end == period.end or not is_open(hours, one.end)
