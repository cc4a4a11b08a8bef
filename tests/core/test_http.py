"""What every request has in common: moments."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.http import AskedMoment, Moment


@pytest.mark.parametrize("kind", [Moment, AskedMoment])
def test_a_moment_is_in_utc_whatever_its_offset(kind: Any) -> None:
    """PostgreSQL refuses an offset of sixteen hours or more; Python and RFC 3339 know up to twenty-four."""
    read = TypeAdapter[datetime](kind).validate_python("2026-12-29T13:16:50-21:17")
    assert read == datetime(2026, 12, 30, 10, 33, 50, tzinfo=UTC)
    assert read.tzinfo == UTC


@pytest.mark.parametrize("kind", [Moment, AskedMoment])
def test_a_moment_that_utc_has_not_is_refused(kind: Any) -> None:
    """The year 10000 is no year of ours."""
    with pytest.raises(ValidationError):
        TypeAdapter[datetime](kind).validate_python("9999-12-31T23:59:59-12:00")
