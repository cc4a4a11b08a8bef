"""Which days figures are of: sensible when nothing was asked, and plain about what can't be."""

from datetime import UTC, date, datetime
from typing import Final

import pytest

from app.console.figures.period import Days, chosen, compared

TODAY: Final = date(2026, 11, 30)


def test_without_a_choice_the_past_four_weeks_beside_those_before() -> None:
    """What most people come for needs no click."""
    found = chosen({}, TODAY)
    assert not found.faults
    assert found.days == Days(date(2026, 11, 3), TODAY)
    assert found.other == Days(date(2026, 10, 6), date(2026, 11, 2))


def test_days_are_those_of_amsterdam() -> None:
    """A call at half past midnight belongs to the day on which somebody made it; the day of the clock change has 25 hours."""
    span = Days(date(2026, 10, 25), date(2026, 10, 25)).span
    assert (span.start.astimezone(UTC), span.end.astimezone(UTC)) == (
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        ({"from": "2026-11-31"}, {"from": "day"}),
        ({"from": "<script>"}, {"from": "day"}),
        ({"from": "1999-01-01"}, {"from": "day"}),
        ({"until": "20261130"}, {"until": "day"}),
        ({"until": "2026-12-01"}, {"until": "future"}),
        ({"from": "2026-11-10", "until": "2026-11-09"}, {"until": "order"}),
        ({"from": "2025-11-01", "until": "2026-11-30"}, {"until": "long"}),
        ({"compare": "x"}, {"compare": "choice"}),
        ({"from": "x", "until": "y", "compare": "z"}, {"from": "day", "until": "day", "compare": "choice"}),
    ],
)
def test_what_can_not_be_is_told_by_field(asked: dict[str, str], faults: dict[str, str]) -> None:
    """And what was typed is kept, so that it can be mended."""
    found = chosen(asked, TODAY)
    assert found.faults == faults
    assert (found.days, found.other) == (None, None)
    assert all(value in (found.first, found.last, found.compare) for value in asked.values())


def test_a_year_before_is_the_same_weekdays() -> None:
    """Fifty-two weeks: weekends are compared with weekends."""
    days = Days(date(2026, 11, 2), date(2026, 11, 8))
    other = compared(days, "year")
    assert other == Days(date(2025, 11, 3), date(2025, 11, 9))
    assert compared(days, "none") is None
