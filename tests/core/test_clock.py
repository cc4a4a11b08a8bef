"""The demo's clock."""

from datetime import UTC, datetime, timedelta

from app.core.clock import Pace

REAL = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENING = REAL - timedelta(hours=16)


def test_a_night_passes_in_minutes() -> None:
    """At speed 480 a minute of ours is eight hours of the domain's."""
    pace = Pace(REAL, EVENING, 480)
    assert pace.at(REAL + timedelta(minutes=1)) == EVENING + timedelta(hours=8)


def test_the_demo_never_runs_ahead_of_us() -> None:
    """Once it has caught up it is our time: nothing is stored with a moment that has not been."""
    pace = Pace(REAL, EVENING, 480)
    late = REAL + timedelta(hours=3)
    assert pace.at(late) == late


def test_a_pace_survives_an_environment_variable() -> None:
    """Server and worker are told the same pace, so that they agree on the moment."""
    pace = Pace(REAL, EVENING, 612.5)
    assert Pace.parse(str(pace)) == pace
