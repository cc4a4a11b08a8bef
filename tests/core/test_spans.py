"""Half-open spans."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.spans import Span

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_span_has_its_start_and_not_its_end() -> None:
    """Two shifts that follow each other must not both be on duty at the hand-over."""
    span = Span(NOON, NOON + HOUR)
    assert span.contains(NOON)
    assert not span.contains(NOON + HOUR)
    assert not span.overlaps(Span(NOON + HOUR, NOON + 2 * HOUR))


@pytest.mark.parametrize(
    ("start", "end"),
    [(NOON, NOON), (NOON, NOON - HOUR), (NOON.replace(tzinfo=None), NOON.replace(tzinfo=None) + HOUR)],
)
def test_what_is_no_span_is_refused(start: datetime, end: datetime) -> None:
    """An empty, backward or naive span is a mistake that must not travel."""
    with pytest.raises(ValueError, match="span"):
        Span(start, end)
